package org.maskwright.trainer.match;

import org.maskwright.settings.Variant;

/** Ways to match queries with targets: {@code criterion.points.matching}. */
public interface MatchKind extends Variant {
  /** {@link MatchPolicy#hungarian}. */
  final class Hungarian implements MatchKind {
    @Override
    public String name() {
      return "hungarian";
    }

    @Override
    public Class<? extends Record> settings() {
      return MatchSettings.Hungarian.class;
    }
  }

  /** {@link MatchPolicy#identity}. */
  final class Identity implements MatchKind {
    @Override
    public String name() {
      return "identity";
    }

    @Override
    public Class<? extends Record> settings() {
      return MatchSettings.Identity.class;
    }
  }

  /** {@link MatchPolicy#minOf}. */
  final class MinOfK implements MatchKind {
    @Override
    public String name() {
      return "min-of-k";
    }

    @Override
    public Class<? extends Record> settings() {
      return MatchSettings.MinOfK.class;
    }
  }
}
