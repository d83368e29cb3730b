package example;

import org.maskwright.settings.Doc;
import org.maskwright.trainer.config.ChoicesTest;

/** A variant of someone else. */
public final class WormGear implements ChoicesTest.GearKind {
  /**
   * Its settings.
   *
   * @param pitch above 0; forgotten in the checks
   */
  public record Settings(@Doc("Of its thread.") double pitch) implements ChoicesTest.Gear {
    /** Throws what no settings should. */
    public Settings {
      if (pitch == 0) {
        throw new IllegalStateException("no thread");
      }
    }
  }

  @Override
  public String name() {
    return "worm";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
