package org.maskwright.modelzoo.weights;

/**
 * What may differ between a checkpoint and the model it is loaded into. {@link #strict()} allows
 * nothing but class heads of another size, which start fresh and are reported.
 *
 * @param scope which part of the model must be found in the file
 * @param mismatch what a missing, unexpected or mis-shaped key does
 * @param classHeads what a class head of another size does
 * @param queries what query embeddings of another count do
 * @param nonFinite what NaN or infinite weights do
 */
public record LoadPolicy(
    Scope scope, Mismatch mismatch, ClassHeads classHeads, Queries queries, NonFinite nonFinite) {

  /** Part of the model. */
  public enum Scope {
    MODEL,
    BACKBONE
  }

  /** Keys that do not fit. */
  public enum Mismatch {
    REFUSE,
    REPORT
  }

  /** Class heads for another number of classes. */
  public enum ClassHeads {
    REINITIALISE,
    REFUSE
  }

  /** Another number of queries. */
  public enum Queries {
    REFUSE,
    /** The model's first min(Q) rows come from the file; further rows stay initialised. */
    TAKE_FIRST
  }

  /** NaN and infinity. */
  public enum NonFinite {
    REFUSE,
    REPORT
  }

  /** A whole model; only class heads may differ. */
  public static LoadPolicy strict() {
    return new LoadPolicy(
        Scope.MODEL, Mismatch.REFUSE, ClassHeads.REINITIALISE, Queries.REFUSE, NonFinite.REFUSE);
  }

  /** The backbone of a model from a file that may hold more or only that. */
  public static LoadPolicy backbone() {
    return new LoadPolicy(
        Scope.BACKBONE, Mismatch.REFUSE, ClassHeads.REINITIALISE, Queries.REFUSE, NonFinite.REFUSE);
  }

  public LoadPolicy with(Mismatch value) {
    return new LoadPolicy(scope, value, classHeads, queries, nonFinite);
  }

  public LoadPolicy with(ClassHeads value) {
    return new LoadPolicy(scope, mismatch, value, queries, nonFinite);
  }

  public LoadPolicy with(Queries value) {
    return new LoadPolicy(scope, mismatch, classHeads, value, nonFinite);
  }

  public LoadPolicy with(NonFinite value) {
    return new LoadPolicy(scope, mismatch, classHeads, queries, value);
  }
}
