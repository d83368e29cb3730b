package org.maskwright.trainer.match;

import org.maskwright.settings.Doc;
import org.maskwright.settings.Registry;
import org.maskwright.settings.VariantsOf;

/** One of the {@link MatchKind}s and its settings. */
@Doc("Which query is compared with which target.")
@VariantsOf(MatchKind.class)
public interface MatchSettings {
  /** The policy. */
  MatchPolicy policy();

  /**
   * As {@link #policy} of settings that may be an extension's.
   *
   * @throws org.maskwright.settings.ExtensionException naming it, if it throws or gives null
   */
  static MatchPolicy built(MatchSettings settings) {
    return Registry.of(MatchKind.class).make(settings, settings::policy);
  }

  /** Of {@link MatchKind.Hungarian}. */
  @Doc("The cheapest one-to-one assignment by the sum of the terms' costs (DETR).")
  record Hungarian() implements MatchSettings {
    @Override
    public MatchPolicy policy() {
      return MatchPolicy.hungarian();
    }
  }

  /** Of {@link MatchKind.Identity}. */
  @Doc("Query i with target i, as where a query is a prompt for one object; no cost is computed.")
  record Identity() implements MatchSettings {
    @Override
    public MatchPolicy policy() {
      return MatchPolicy.identity();
    }
  }

  /** Of {@link MatchKind.MinOfK}. */
  @Doc(
      "Queries i * k to i * k + k - 1 are hypotheses of target i; the cheapest of them counts (Segment Anything, arXiv 2304.02643).")
  record MinOfK(@Doc("k, at least 1.") int hypotheses) implements MatchSettings {
    /** Checks the range. */
    public MinOfK {
      if (hypotheses < 1) {
        throw new IllegalArgumentException("hypotheses: expected at least 1, got " + hypotheses);
      }
    }

    @Override
    public MatchPolicy policy() {
      return MatchPolicy.minOf(hypotheses);
    }
  }
}
