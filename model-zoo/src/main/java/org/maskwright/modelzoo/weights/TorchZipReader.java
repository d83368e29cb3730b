package org.maskwright.modelzoo.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;

/**
 * PyTorch's format since 1.6: a zip with one root folder that holds {@code data.pkl} and raw
 * storages {@code data/<key>}. Stored entries are mapped, not copied; their checksums are checked
 * when they are first read. Entry names are never used as paths. A TorchScript archive, such as
 * OpenAI's of CLIP, is such a zip with a program beside, which is left alone: its modules' tensors
 * are read ({@link ScriptedModule}).
 */
final class TorchZipReader {
  private static final int MAX_ENTRIES = 200_000;
  private static final int MAX_PICKLE_BYTES = 1 << 28;

  /** Weights compress by little; PyTorch itself does not compress at all. */
  private static final long MAX_INFLATION = 20;

  private static final long FREE_INFLATION_BYTES = 1 << 20;

  private final Path file;
  private final MappedFile mapped;
  private final ZipFile zip;
  private final Map<String, ZipArchiveEntry> entries = new HashMap<>();
  private final Map<String, TorchStorage> storages = new HashMap<>();
  private String root;
  private ZipIntegrity integrity;

  private TorchZipReader(Path file, MappedFile mapped, ZipFile zip) {
    this.file = file;
    this.mapped = mapped;
    this.zip = zip;
  }

  /** The object of the file; tensors in it are {@link HostTensor}. */
  static Object read(Path file) {
    try (MappedFile mapped = MappedFile.open(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        ZipFile zip = new ZipFile(channel)) {
      return new TorchZipReader(file, mapped, zip).readAll();
    } catch (CheckpointException e) {
      throw e.in(file);
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(file, "the zip archive is damaged: " + e, e);
    }
  }

  /** The names of a zip archive's entries. */
  static Set<String> entryNames(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        ZipFile zip = new ZipFile(channel)) {
      Set<String> names = new HashSet<>();
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        names.add(entry.getName());
      }
      return names;
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(file, "the zip archive is damaged: " + e, e);
    }
  }

  /** Beyond so many bytes out of {@code compressed} a zip is a bomb. */
  static long mostInflated(long compressed) {
    return MAX_INFLATION * compressed + FREE_INFLATION_BYTES;
  }

  private Object readAll() throws IOException {
    indexEntries();
    String byteOrder = root + "byteorder";
    if (entries.containsKey(byteOrder)
        && !"little".equals(StandardCharsets.US_ASCII.decode(content(byteOrder)).toString())) {
      throw new CheckpointException("a big-endian PyTorch file; convert it where it was made");
    }
    boolean script = entries.containsKey(root + "constants.pkl");
    ByteBuffer pickle = content(root + "data.pkl");
    PickleBudget budget = new PickleBudget(pickle.remaining());
    PickleGlobals globals =
        script ? PickleGlobals.ofTorchScript(budget) : new PickleGlobals(budget);
    Object object =
        RestrictedUnpickler.load(new PickleInput(pickle), globals, budget, this::storage);
    return object instanceof ScriptedModule module ? module.tensors() : object;
  }

  private void indexEntries() {
    long inflated = 0;
    long stored = 0;
    for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
      String name = entry.getName();
      if (Arrays.asList(name.split("[/\\\\]", -1)).contains("..")
          || name.startsWith("/")
          || name.contains("\\")) {
        throw new CheckpointException("zip entry '" + name + "' leaves its folder; refused");
      }
      if (entries.put(name, entry) != null || entries.size() > MAX_ENTRIES) {
        throw new CheckpointException(
            "zip entry '%s' appears twice, or there are more than %d entries"
                .formatted(name, MAX_ENTRIES));
      }
      if (name.endsWith("/data.pkl") && name.indexOf('/') == name.lastIndexOf('/')) {
        if (root != null) {
          throw new CheckpointException("two pickles, '" + root + "data.pkl' and '" + name + "'");
        }
        root = name.substring(0, name.length() - "data.pkl".length());
      }
      if (entry.getMethod() == ZipMethod.STORED.getCode()) {
        stored = Math.addExact(stored, entry.getSize());
      } else {
        inflated = Math.addExact(inflated, entry.getSize());
      }
    }
    if (stored > mapped.size() || inflated > mostInflated(mapped.size())) {
      throw new CheckpointException(
          "the zip's entries claim %d stored and %d compressed bytes out of a file of %d;"
                  .formatted(stored, inflated, mapped.size())
              + " refused as a zip bomb");
    }
    integrity = new ZipIntegrity(file, entries.values());
    if (root == null) {
      throw new CheckpointException(
          "a zip archive without <folder>/data.pkl, so not a PyTorch checkpoint");
    }
  }

  private ByteBuffer content(String name) throws IOException {
    ZipArchiveEntry entry = entries.get(name);
    if (entry == null) {
      throw new CheckpointException("the zip has no entry '" + name + "'");
    }
    if (entry.getSize() > MAX_PICKLE_BYTES) {
      throw new CheckpointException(
          "zip entry '%s' takes %d bytes, expected at most %d"
              .formatted(name, entry.getSize(), MAX_PICKLE_BYTES));
    }
    return bytes(entry).get();
  }

  private Supplier<ByteBuffer> bytes(ZipArchiveEntry entry) throws IOException {
    long size = entry.getSize();
    if (size < 0 || size > Integer.MAX_VALUE) {
      throw new CheckpointException("zip entry '" + entry.getName() + "' of " + size + " bytes");
    }
    if (!zip.canReadEntryData(entry)) {
      throw new CheckpointException(
          "zip entry '" + entry.getName() + "' is encrypted or compressed in an unknown way");
    }
    if (entry.getMethod() == ZipMethod.STORED.getCode()) {
      return integrity.checked(entry, mapped.window(entry.getDataOffset(), (int) size));
    }
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] all = in.readNBytes((int) size);
      if (all.length != size || in.read() != -1) {
        throw new CheckpointException(
            "zip entry '" + entry.getName() + "' is not of its announced size " + size);
      }
      ByteBuffer view = ByteBuffer.wrap(all);
      integrity.check(entry, view);
      return () -> view;
    }
  }

  /** ('storage', type, key, location, element count). */
  private Object storage(Object id) {
    Object[] parts = (Object[]) id;
    if (!"storage".equals(parts[0])) {
      throw new CheckpointException(
          "a persistent id that is not a storage: " + RestrictedUnpickler.describe(parts[0]));
    }
    if (parts[1] instanceof PicklePlaceholder type) { // complex, quantised ...
      return TorchStorage.ofUnknownKind(type.name());
    }
    TorchStorage.Kind kind = (TorchStorage.Kind) parts[1];
    String key = (String) parts[2];
    long elements = ((Number) parts[4]).longValue();
    TorchStorage storage =
        storages.computeIfAbsent(key, unused -> open(kind.type(), key, elements));
    if (storage.type() != kind.type() || storage.elements() != elements) {
      throw new CheckpointException("storage '" + key + "' is described in two ways");
    }
    return storage;
  }

  private TorchStorage open(ElementType type, String key, long elements) {
    String name = root + "data/" + key;
    ZipArchiveEntry entry = entries.get(name);
    TorchStorage storage = new TorchStorage(type, elements);
    if (entry == null || entry.getSize() != storage.byteSize()) {
      throw new CheckpointException(
          "expected zip entry '%s' of %d bytes, got %s"
              .formatted(name, storage.byteSize(), entry == null ? "none" : entry.getSize()));
    }
    try {
      storage.setBytes(bytes(entry));
    } catch (IOException e) {
      throw new CheckpointException("zip entry '" + name + "' cannot be read: " + e, e);
    }
    return storage;
  }
}
