package org.maskwright.modelzoo.encoder;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** Keeps features in the engine's memory, the first that come, as many as a limit holds. */
public final class MemoryFeatures implements FeatureStore {
  private final Map<String, List<Parameter>> kept = new HashMap<>();
  private final long limit;
  private final Consumer<String> notes;
  private long bytes;
  private boolean told;

  /**
   * @param limit in bytes
   * @param notes told once, when the limit is reached
   */
  public MemoryFeatures(long limit, Consumer<String> notes) {
    this.limit = limit;
    this.notes = notes;
  }

  @Override
  public List<Tensor> features(Tensor image, Supplier<List<Tensor>> computed) {
    String key = PixelDigest.of(image);
    List<Parameter> before = kept.get(key);
    if (before != null) {
      return tensors(before);
    }
    List<Tensor> features = computed.get();
    long size = FeatureBytes.of(features);
    if (bytes + size > limit) {
      if (!told) {
        notes.accept(FeatureBytes.full("memory", limit, kept.size()));
        told = true;
      }
      return features;
    }
    bytes += size;
    List<Parameter> own = features.stream().map(MemoryFeatures::own).toList();
    kept.put(key, own);
    return tensors(own);
  }

  private static Parameter own(Tensor feature) {
    Parameter own = new Parameter(feature);
    own.setTrainable(false);
    return own;
  }

  private static List<Tensor> tensors(List<Parameter> parameters) {
    return parameters.stream().map(Parameter::tensor).toList();
  }

  @Override
  public void close() {
    kept.values().forEach(features -> features.forEach(Parameter::close));
    kept.clear();
  }
}
