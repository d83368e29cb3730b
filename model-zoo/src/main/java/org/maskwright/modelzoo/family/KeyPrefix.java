package org.maskwright.modelzoo.family;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.KeyTranslation;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * Takes off what training programs put before the keys of a model: {@code module.} (data parallel,
 * AveragedModel), {@code _orig_mod.} (torch.compile), {@code model.} (Lightning), any other name
 * and any chain of them. The prefix is found by content: it is that of more than half of the keys
 * after which the most keys mean something in a family.
 */
final class KeyPrefix {
  /** Wrappers of parts of a model, whose names stand anywhere in a key and mean nothing. */
  private static final Pattern WRAPPERS =
      Pattern.compile("(?<=^|\\.)(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\\.");

  /**
   * What was found.
   *
   * @param family whose names the keys are without the prefix
   * @param translation of the keys with the prefix
   * @param stray the other keys of the file
   */
  record Found(CheckpointFamily family, KeyTranslation translation, List<String> stray) {
    private int known() {
      return translation.keys() - translation.unexpected().size();
    }

    private boolean isBetterThan(Found other) {
      int more = known() - other.known();
      int lessUnknown = other.translation.unexpected().size() - translation.unexpected().size();
      return more > 0 || (more == 0 && lessUnknown > 0);
    }
  }

  private final StateDict state;

  private KeyPrefix(StateDict state) {
    this.state = state;
  }

  /**
   * Recognises the family of the keys, wrapped or not.
   *
   * @throws CheckpointException if no prefix leads to a known family
   */
  static Found find(StateDict wrapped) {
    return new KeyPrefix(wrapped).find();
  }

  private Found find() {
    Found best = null;
    CheckpointException fault = null;
    for (String prefix : prefixes()) {
      try {
        Found found = behind(prefix);
        if (best == null || found.isBetterThan(best)) {
          best = found;
        }
      } catch (CheckpointException e) {
        fault = fault == null ? e : fault; // of the whole keys
      }
    }
    if (best == null) {
      throw fault;
    }
    return best;
  }

  private Found behind(String prefix) {
    Map<String, HostTensor> inside = new LinkedHashMap<>();
    List<String> stray = new ArrayList<>();
    state
        .asMap()
        .forEach(
            (key, tensor) -> {
              if (!key.startsWith(prefix)) {
                stray.add(key);
                return;
              }
              String plain = WRAPPERS.matcher(key.substring(prefix.length())).replaceAll("");
              if (inside.put(plain, tensor) != null) {
                throw new CheckpointException(
                    "'%s' and another key both mean '%s'".formatted(key, plain));
              }
            });
    CheckpointFamily family = KnownFamilies.of(inside.keySet());
    return new Found(
        family, family.translate(StateDict.of(inside).withMetadata(state.metadata())), stray);
  }

  /** No prefix, and each that more than half of the keys have, from short to long. */
  private List<String> prefixes() {
    List<String> out = new ArrayList<>();
    for (Optional<String> next = Optional.of(""); next.isPresent(); next = longer(next.get())) {
      out.add(next.get());
    }
    return out;
  }

  private Optional<String> longer(String prefix) {
    Map<String, Integer> counts = new HashMap<>();
    for (String key : state.keys()) {
      int dot = key.startsWith(prefix) ? key.indexOf('.', prefix.length()) : -1;
      if (dot >= 0) {
        counts.merge(key.substring(0, dot + 1), 1, Integer::sum);
      }
    }
    return counts.entrySet().stream()
        .filter(entry -> 2 * entry.getValue() > state.size())
        .map(Map.Entry::getKey)
        .findAny(); // there is one at most
  }
}
