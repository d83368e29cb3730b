package org.maskwright.modelzoo.weights;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The named tensors of a checkpoint, in order, with the file's free-text metadata. Tensors are read
 * when their bytes are asked for, so a state dict of a mapped file is cheap to hold and to rename.
 *
 * <p>Immutable; thread-safe. Nothing to close: a mapped file is released when the tensors are
 * garbage.
 */
public final class StateDict {
  private final Map<String, HostTensor> tensors;
  private final Map<String, String> metadata;

  private StateDict(Map<String, HostTensor> tensors, Map<String, String> metadata) {
    this.tensors = Collections.unmodifiableMap(tensors);
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /** The given tensors in the map's iteration order, without metadata. */
  public static StateDict of(Map<String, HostTensor> tensors) {
    return new StateDict(new LinkedHashMap<>(tensors), new LinkedHashMap<>());
  }

  /** The same tensors with this metadata instead of any other. */
  public StateDict withMetadata(Map<String, String> newMetadata) {
    return new StateDict(tensors, new LinkedHashMap<>(newMetadata));
  }

  public Map<String, String> metadata() {
    return metadata;
  }

  /** Keys in order. */
  public Set<String> keys() {
    return tensors.keySet();
  }

  public boolean contains(String key) {
    return tensors.containsKey(key);
  }

  public int size() {
    return tensors.size();
  }

  public Optional<HostTensor> find(String key) {
    return Optional.ofNullable(tensors.get(key));
  }

  /**
   * The tensor of that key.
   *
   * @throws CheckpointException if there is none
   */
  public HostTensor get(String key) {
    HostTensor tensor = tensors.get(key);
    if (tensor == null) {
      throw new CheckpointException(
          "no tensor '" + key + "' among the " + size() + " of the checkpoint");
    }
    return tensor;
  }

  /** The number of keys that match a regular expression. */
  public int count(String regex) {
    Pattern pattern = Pattern.compile(regex);
    return (int) keys().stream().filter(key -> pattern.matcher(key).matches()).count();
  }

  /**
   * The length of an axis of a tensor.
   *
   * @throws CheckpointException if there is no such tensor, or it has no such axis
   */
  public int size(String key, int axis) {
    HostTensor tensor = get(key);
    if (tensor.rank() <= axis || tensor.size(axis) > Integer.MAX_VALUE) {
      throw new CheckpointException("'" + key + "' has shape " + tensor);
    }
    return (int) tensor.size(axis);
  }

  public Collection<HostTensor> values() {
    return tensors.values();
  }

  /** Key and tensor in order, unmodifiable. */
  public Map<String, HostTensor> asMap() {
    return tensors;
  }
}
