package org.maskwright.modelzoo.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads any supported checkpoint file, recognised by its content, never by its name: safetensors
 * (single or sharded), PyTorch zip and legacy, plain pickles of numpy arrays or torch tensors, each
 * of these in a Python wheel, and zips of DL4J's ModelSerializer where a {@link ForeignReader} for
 * them is on the class path.
 */
public final class CheckpointReader {
  static final int SNIFFED_BYTES = 16;

  /** Names under which training programs keep the weights, in the order they are tried. */
  private static final List<String> STATE_KEYS =
      List.of("model", "model_state", "state_dict", "module", "blobs");

  /** Entries about the file, which are read. */
  private static final Set<String> DESCRIPTIONS =
      Set.of("__author__", "matching_heuristics", Safetensors.METADATA);

  /** What DL4J's ModelSerializer writes. */
  private static final Set<String> DL4J_ENTRIES = Set.of("configuration.json", "coefficients.bin");

  /** Dropped as the reference does: optimiser state of Detectron1 files. */
  private static final String MOMENTUM_SUFFIX = "_momentum";

  /** The first byte of a pickle of protocol 2 and newer; the second is the protocol. */
  private static final int PICKLE = 0x80;

  private CheckpointReader() {}

  /**
   * Reads a checkpoint file, or the weights of a Hugging Face, OpenCLIP or Maskwright model folder.
   *
   * @throws CheckpointException if the file is damaged, hostile or of no supported format
   */
  public static Checkpoint read(Path path) {
    return Files.isDirectory(path)
        ? read(weightsOf(path))
        : guarded(path, () -> readFile(path, Optional.empty()));
  }

  /**
   * Reads one of several checkpoints in a Python wheel.
   *
   * @param entry its name in the archive
   * @throws CheckpointException as {@link #read}, and if it is no wheel or has no such entry
   */
  public static Checkpoint readEntry(Path wheel, String entry) {
    return guarded(wheel, () -> readFile(wheel, Optional.of(entry)));
  }

  private static Checkpoint guarded(Path path, Supplier<Checkpoint> reading) {
    try {
      return reading.get();
    } catch (CheckpointException e) {
      throw e.in(path);
    } catch (StackOverflowError e) {
      throw new CheckpointException(path, "objects nested too deeply in the pickle", e);
    }
  }

  /** The weight file of a model folder. */
  private static Path weightsOf(Path folder) {
    List<String> names =
        List.of(
            "model.safetensors",
            ShardedIndex.SAFETENSORS_INDEX,
            "pytorch_model.bin",
            ShardedIndex.TORCH_INDEX,
            "open_clip_model.safetensors",
            "open_clip_pytorch_model.bin");
    return names.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(() -> new CheckpointException(folder, "expected one of the files " + names));
  }

  /** Reads one file of a sharded checkpoint, which may not be an index itself. */
  static Checkpoint readShard(Path file) {
    if (isIndex(start(file))) {
      throw new CheckpointException(file, "is a shard of an index, but an index itself");
    }
    return read(file);
  }

  /** Reads what lay in a wheel, which is not a wheel or an index again. */
  static Checkpoint readOutOfWheel(Path file) {
    ByteBuffer start = start(file);
    if (isIndex(start) || (isZip(start) && Wheel.recognises(TorchZipReader.entryNames(file)))) {
      throw new CheckpointException(file, "lies in a wheel, but is a wheel or an index itself");
    }
    return read(file);
  }

  /** Whether an entry of a wheel that starts so may hold weights. */
  static boolean looksLikeWeights(ByteBuffer start) {
    return start.remaining() == SNIFFED_BYTES
        && (isZip(start)
            || (isSafetensors(start)
                && start.getInt(Integer.BYTES) == 0) // less than 4 GiB of header
            || (Byte.toUnsignedInt(start.get(0)) == PICKLE
                && start.get(1) >= 2
                && start.get(1) <= 5));
  }

  private static Checkpoint readFile(Path file, Optional<String> entry) {
    ByteBuffer start = start(file);
    if (start.remaining() < 2) {
      throw new CheckpointException(file, "is empty, not a checkpoint");
    }
    Set<String> zipEntries = isZip(start) ? TorchZipReader.entryNames(file) : Set.of();
    if (Wheel.recognises(zipEntries)) {
      return Wheel.read(file, entry);
    }
    if (entry.isPresent()) {
      throw new CheckpointException(
          file, "is no Python wheel, so it has no entry '%s'".formatted(entry.get()));
    }
    if (isZip(start)) {
      Optional<ForeignReader> foreign = foreignReader(file, zipEntries);
      return foreign.isPresent()
          ? ofForeign(file, foreign.get().read(file))
          : fromObject(file, Checkpoint.Format.TORCH_ZIP, TorchZipReader.read(file));
    }
    if (isIndex(start)) {
      return ShardedIndex.read(file);
    }
    if (isSafetensors(start)) {
      return ofTensors(file, Checkpoint.Format.SAFETENSORS, Safetensors.read(file));
    }
    return readPickle(file, start);
  }

  /**
   * JSON; not a safetensors file with a header length of which the first byte is 0x7b: that has
   * four zeros in its upper half.
   */
  private static boolean isIndex(ByteBuffer start) {
    boolean length = start.remaining() > Long.BYTES && start.getInt(Integer.BYTES) == 0;
    return start.remaining() > 0 && start.get(0) == '{' && !length;
  }

  private static boolean isZip(ByteBuffer start) {
    return start.remaining() > 1 && start.get(0) == 'P' && start.get(1) == 'K';
  }

  private static boolean isSafetensors(ByteBuffer start) {
    return start.remaining() > Long.BYTES && start.get(Long.BYTES) == '{';
  }

  private static Optional<ForeignReader> foreignReader(Path file, Set<String> entries) {
    for (ForeignReader reader : ServiceLoader.load(ForeignReader.class)) {
      if (reader.recognises(entries)) {
        return Optional.of(reader);
      }
    }
    if (entries.containsAll(DL4J_ENTRIES)) {
      throw new CheckpointException(
          file, "is a DL4J model; put the module maskwright-dl4j on the class path to read it");
    }
    return Optional.empty();
  }

  private static Checkpoint ofForeign(Path file, ForeignReader.Backbone read) {
    return new Checkpoint(
        file,
        List.of(file),
        read.format(),
        read.state(),
        Optional.empty(),
        false,
        Optional.of(read.family()),
        Optional.of(read.unseen()),
        read.ignored());
  }

  private static Checkpoint readPickle(Path file, ByteBuffer start) {
    if (!looksLikePickle(start)) {
      throw new CheckpointException(
          file,
          "is no known checkpoint: expected safetensors, a PyTorch .pth or a pickle; it starts"
              + " with bytes 0x%02x 0x%02x".formatted(start.get(0), start.get(1)));
    }
    try (MappedFile mapped = MappedFile.open(file)) {
      PickleBudget budget = new PickleBudget(mapped.size());
      PickleGlobals globals = new PickleGlobals(budget);
      if (TorchLegacyReader.recognises(start)) {
        return fromObject(
            file, Checkpoint.Format.TORCH_LEGACY, TorchLegacyReader.read(mapped, globals, budget));
      }
      if (mapped.size() > Integer.MAX_VALUE) {
        throw new CheckpointException(
            file, "a pickle of %d bytes, above 2 GiB".formatted(mapped.size()));
      }
      PickleInput input = new PickleInput(mapped.window(0, (int) mapped.size()).get());
      Object object =
          RestrictedUnpickler.load(input, globals, budget, RestrictedUnpickler::refusePersistent);
      return fromObject(file, Checkpoint.Format.PICKLE, object);
    }
  }

  /** Protocol 2 and newer start with 0x80; 0 and 1 with a dict, a mark or a global. */
  private static boolean looksLikePickle(ByteBuffer start) {
    int first = Byte.toUnsignedInt(start.get(0));
    return first == PICKLE || first == '(' || first == '}' || first == 'c';
  }

  private static ByteBuffer start(Path file) {
    MappedFile.requireRegular(file);
    try (var in = Files.newInputStream(file)) {
      return ByteBuffer.wrap(in.readNBytes(SNIFFED_BYTES));
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e, e);
    }
  }

  static Checkpoint ofTensors(Path file, Checkpoint.Format format, StateDict state) {
    return ofTensors(file, List.of(file), format, state);
  }

  static Checkpoint ofTensors(
      Path file, List<Path> files, Checkpoint.Format format, StateDict state) {
    return new Checkpoint(
        file,
        files,
        format,
        state,
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  /** Finds the weights in the object a training program saved. */
  static Checkpoint fromObject(Path file, Checkpoint.Format format, Object object) {
    if (!(object instanceof Map<?, ?> top)) {
      throw new CheckpointException(
          file,
          "expected a dict of tensors, got "
              + RestrictedUnpickler.describe(object)
              + "; save the model's state_dict() where it was made");
    }
    List<String> ignored = new ArrayList<>();
    Map<?, ?> weights = top;
    String prefix = "";
    for (String key : STATE_KEYS) {
      if (top.get(key) instanceof Map<?, ?> inner) {
        weights = inner;
        prefix = key + ".";
        top.keySet().stream()
            .map(RestrictedUnpickler::name)
            .filter(name -> !name.equals(key) && !DESCRIPTIONS.contains(name))
            .forEach(ignored::add);
        break;
      }
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : weights.entrySet()) {
      String name = RestrictedUnpickler.name(entry.getKey());
      requireNoUnknown(file, name, entry.getValue(), weights == top);
      Optional<HostTensor> tensor = tensor(name, entry.getValue());
      if (tensor.isPresent() && !name.endsWith(MOMENTUM_SUFFIX)) {
        tensors.put(name, tensor.get());
      } else {
        ignored.add(prefix + name);
      }
    }
    if (tensors.isEmpty()) {
      throw new CheckpointException(
          file,
          "holds no tensors; its entries are "
              + top.keySet().stream().limit(8).map(RestrictedUnpickler::name).toList());
    }
    Optional<String> author =
        top.get("__author__") instanceof String name ? Optional.of(name) : Optional.empty();
    boolean suffixMatching = Boolean.TRUE.equals(top.get("matching_heuristics"));
    return new Checkpoint(
        file,
        List.of(file),
        format,
        StateDict.of(tensors).withMetadata(metadata(top)),
        author,
        suffixMatching,
        Optional.empty(),
        Optional.empty(),
        ignored);
  }

  /**
   * Refuses an object in a weight's place.
   *
   * @param beside whether settings stand among the weights, in a file that is one flat dict
   */
  private static void requireNoUnknown(Path file, String name, Object value, boolean beside) {
    if (value instanceof PicklePlaceholder unknown && (!beside || unknown.holdsTensors())) {
      throw new CheckpointException(
          file,
          "'%s' among the weights is %s, expected a dense tensor; nothing was executed. Save it as"
                  .formatted(name, unknown)
              + " a plain tensor, or leave it out");
    }
  }

  /** The text that Maskwright's own .pth files carry along. */
  private static Map<String, String> metadata(Map<?, ?> top) {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (top.get(Safetensors.METADATA) instanceof Map<?, ?> texts) {
      texts.forEach(
          (key, value) -> {
            if (key instanceof String name && value instanceof String text) {
              metadata.put(name, text);
            }
          });
    }
    return metadata;
  }

  private static Optional<HostTensor> tensor(String name, Object value) {
    if (value instanceof HostTensor tensor) {
      return Optional.of(tensor);
    }
    if (value instanceof NumpyPickles.Array array) {
      try {
        return Optional.of(array.tensor());
      } catch (CheckpointException e) {
        throw new CheckpointException("'" + name + "': " + e.getMessage(), e);
      }
    }
    return Optional.empty();
  }
}
