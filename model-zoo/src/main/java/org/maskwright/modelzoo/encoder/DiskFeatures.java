package org.maskwright.modelzoo.encoder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * Keeps features in files, as many as a limit holds, for this run and for others with the same
 * encoder: {@code FOLDER/ab/DIGEST.safetensors}, with a checksum. A file that is broken is made
 * anew; where none can be written the features are computed each time.
 */
public final class DiskFeatures implements FeatureStore {
  private static final String SUFFIX = ".safetensors";
  private static final String CHECKSUM = "crc32c";
  private static final int PREFIX = 2;

  private final Engine engine;
  private final Path folder;
  private final long limit;
  private final Consumer<String> notes;
  private long bytes;
  private int files;
  private boolean writes = true;

  /**
   * @param folder of one encoder on one kind of engine; made if it is missing
   * @param limit in bytes, of all files of the folder
   * @param notes told of broken files, and once of the limit or of a disk that takes no more
   * @throws OutputException if the folder cannot be made or listed
   */
  public DiskFeatures(Engine engine, Path folder, long limit, Consumer<String> notes) {
    this.engine = engine;
    this.folder = folder;
    this.limit = limit;
    this.notes = notes;
    OutputFile.createFolder(folder);
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        bytes += Files.size(file);
        files++;
      }
    } catch (IOException e) {
      throw OutputFile.failure(folder, e);
    }
  }

  @Override
  public List<Tensor> features(Tensor image, Supplier<List<Tensor>> computed) {
    String key = PixelDigest.of(image);
    Path file = folder.resolve(key.substring(0, PREFIX)).resolve(key + SUFFIX);
    boolean kept = Files.exists(file);
    if (kept) {
      try {
        return read(file);
      } catch (CheckpointException e) {
        notes.accept("note: " + e.getMessage() + "; its features are computed anew");
      }
    }
    List<Tensor> features = computed.get();
    write(file, features, kept);
    return features;
  }

  private List<Tensor> read(Path file) {
    StateDict state = Safetensors.read(file);
    List<Tensor> out = new ArrayList<>();
    CRC32C sum = new CRC32C();
    for (int i = 0; i < state.size(); i++) {
      HostTensor map = state.get(Integer.toString(i));
      sum.update(map.bytes());
      out.add(engine.floats(map.toFloatArray(), map.shape()));
    }
    if (!Long.toHexString(sum.getValue()).equals(state.metadata().get(CHECKSUM))) {
      throw new CheckpointException(file, "is not what was written");
    }
    return out;
  }

  private void write(Path file, List<Tensor> features, boolean again) {
    long size = FeatureBytes.of(features);
    if (!writes || !again && bytes + size > limit) {
      if (writes) {
        stop(FeatureBytes.full("disk", limit, files));
      }
      return;
    }
    Map<String, HostTensor> maps = new LinkedHashMap<>();
    CRC32C sum = new CRC32C();
    for (Tensor feature : features) {
      HostTensor map = HostTensor.ofFloats(feature.toFloats(), feature.shape());
      sum.update(map.bytes());
      maps.put(Integer.toString(maps.size()), map);
    }
    try {
      Safetensors.write(
          file,
          StateDict.of(maps).withMetadata(Map.of(CHECKSUM, Long.toHexString(sum.getValue()))));
    } catch (OutputException e) {
      stop("warning: " + e.getMessage() + ". Features are computed each time from here on");
      return;
    }
    bytes += again ? 0 : size;
    files += again ? 0 : 1;
  }

  private void stop(String why) {
    notes.accept(why);
    writes = false;
  }
}
