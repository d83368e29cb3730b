package org.maskwright.modelzoo.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides which tensor of a checkpoint goes to which parameter of a model, and reports every key.
 * Knows the model only as names and shapes, so any engine can use it.
 */
public final class WeightMatcher {
  private static final String BACKBONE = "backbone.";

  /** Buffers that files hold or not, depending on who wrote them; a model computes them itself. */
  private static final Pattern OPTIONAL =
      Pattern.compile(
          ".*\\.(relative_position_index|num_batches_tracked|attn_mask)"
              + "|criterion\\.empty_weight|pixel_mean|pixel_std"
              + "|sem_seg_head\\.predictor\\.example_(picture|painted)"); // learnt by few

  /** What files of encoders hold that a model may do without: the way to the space of words. */
  private static final Pattern SPARE = Pattern.compile("backbone\\.words\\..+");

  /** Tensors whose first axis is K or K+1. */
  private static final Pattern CLASS_HEAD =
      Pattern.compile(
          "sem_seg_head\\.predictor\\.(class_embed\\.)?(weight|bias)|criterion\\.empty_weight");

  /** Tensors whose first axis is Q. */
  private static final Pattern QUERIES =
      Pattern.compile("sem_seg_head\\.predictor\\.query_(feat|embed)\\.weight");

  private final Map<String, long[]> model;
  private final LoadPolicy policy;

  private final List<String> loaded = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> unexpected = new ArrayList<>();
  private final List<LoadReport.MisShaped> misShaped = new ArrayList<>();
  private final List<LoadReport.MisShaped> reinitialised = new ArrayList<>();
  private final List<LoadReport.MisShaped> cut = new ArrayList<>();
  private final List<LoadReport.MisShaped> adapted = new ArrayList<>();
  private final List<LoadReport.NonFinite> nonFinite = new ArrayList<>();
  private final List<String> ignored = new ArrayList<>();
  private final Map<String, HostTensor> result = new LinkedHashMap<>();

  private WeightMatcher(Map<String, long[]> model, LoadPolicy policy) {
    this.model = model;
    this.policy = policy;
  }

  /**
   * The values for a model's parameters.
   *
   * @param weights under the model's names. A tensor may have fewer rows than the parameter only
   *     for query embeddings with {@link LoadPolicy.Queries#TAKE_FIRST}: then set just those rows.
   */
  public record Matched(StateDict weights, LoadReport report) {}

  /**
   * Matches imported weights to a model.
   *
   * @param model shape of every parameter and buffer by name, in the model's order
   * @throws CheckpointException if the policy refuses what was found; the message lists it all
   */
  public static Matched match(
      ImportedWeights weights, Map<String, long[]> model, LoadPolicy policy) {
    WeightMatcher matcher = new WeightMatcher(model, policy);
    StateDict state = weights.state();
    if (weights.suffixMatching()) {
      state = SuffixMatching.rename(state, model.keySet());
    }
    matcher.unexpected.addAll(weights.unexpected());
    matcher.ignored.addAll(weights.ignored());
    return matcher.matchAll(state, weights);
  }

  private Matched matchAll(StateDict state, ImportedWeights weights) {
    for (Map.Entry<String, long[]> parameter : model.entrySet()) {
      String key = parameter.getKey();
      if (!inScope(key)) {
        continue;
      }
      if (state.contains(key)) {
        matchOne(key, state.get(key), parameter.getValue());
      } else if (weights.family().startsFresh(key)) {
        reinitialised.add(
            new LoadReport.MisShaped(key, "absent", HostTensor.shapeText(parameter.getValue())));
      } else if (!OPTIONAL.matcher(key).matches()) {
        missing.add(key);
      }
    }
    sortLeftovers(state.keys(), weights.family());
    LoadReport report =
        new LoadReport(
            loaded,
            missing,
            unexpected,
            misShaped,
            reinitialised,
            cut,
            adapted,
            List.of(),
            nonFinite,
            ignored);
    refuseIfNeeded(report, weights.provenance());
    return new Matched(StateDict.of(result).withMetadata(state.metadata()), report);
  }

  private boolean inScope(String key) {
    return policy.scope() == LoadPolicy.Scope.MODEL || key.startsWith(BACKBONE);
  }

  private void matchOne(String key, HostTensor tensor, long[] shape) {
    LoadReport.MisShaped difference =
        new LoadReport.MisShaped(
            key, HostTensor.shapeText(tensor.shape()), HostTensor.shapeText(shape));
    if (tensor.hasShape(shape)) {
      take(key, tensor);
    } else if (differsInRowsOnly(tensor, shape)
        && CLASS_HEAD.matcher(key).matches()
        && policy.classHeads() == LoadPolicy.ClassHeads.REINITIALISE) {
      reinitialised.add(difference);
    } else if (differsInRowsOnly(tensor, shape)
        && QUERIES.matcher(key).matches()
        && policy.queries() == LoadPolicy.Queries.TAKE_FIRST) {
      cut.add(difference);
      take(key, tensor.rows(0, Math.min(shape[0], tensor.size(0))));
    } else if (key.startsWith(BACKBONE) && InputChannels.differAlone(tensor, shape)) {
      adapted.add(difference);
      take(key, InputChannels.adapted(tensor, (int) shape[1]));
    } else {
      misShaped.add(difference);
    }
  }

  private void take(String key, HostTensor tensor) {
    long bad = tensor.countNonFinite();
    if (bad > 0) {
      nonFinite.add(new LoadReport.NonFinite(key, bad));
    }
    loaded.add(key);
    result.put(key, tensor);
  }

  private static boolean differsInRowsOnly(HostTensor tensor, long[] shape) {
    if (tensor.rank() != shape.length || shape.length == 0) {
      return false;
    }
    for (int axis = 1; axis < shape.length; axis++) {
      if (tensor.size(axis) != shape[axis]) {
        return false;
      }
    }
    return true;
  }

  private void sortLeftovers(Set<String> fileKeys, CheckpointFamily family) {
    for (String key : fileKeys) {
      if (model.containsKey(key) && inScope(key)) {
        continue;
      }
      if (OPTIONAL.matcher(key).matches()
          || family.startsFresh(key)
          || !inScope(key)
          || policy.scope() == LoadPolicy.Scope.BACKBONE && SPARE.matcher(key).matches()) {
        ignored.add(key);
      } else {
        unexpected.add(key);
      }
    }
  }

  private void refuseIfNeeded(LoadReport report, Provenance provenance) {
    boolean differs = !missing.isEmpty() || !unexpected.isEmpty() || !misShaped.isEmpty();
    boolean refused = differs && policy.mismatch() == LoadPolicy.Mismatch.REFUSE;
    refused |= !nonFinite.isEmpty() && policy.nonFinite() == LoadPolicy.NonFinite.REFUSE;
    if (loaded.isEmpty() || refused) {
      throw new CheckpointException(
          "%s (%s) does not fit the model: %d missing, %d unexpected, %d of another shape, %d with"
                  .formatted(
                      provenance.source(),
                      provenance.family(),
                      missing.size(),
                      unexpected.size(),
                      misShaped.size(),
                      nonFinite.size())
              + " NaN or infinite values\n"
              + report.toText());
    }
  }
}
