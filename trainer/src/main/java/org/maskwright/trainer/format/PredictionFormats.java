package org.maskwright.trainer.format;

import java.util.List;
import org.maskwright.settings.Registry;

/** The formats that there are: Maskwright's own first, then others'. */
public final class PredictionFormats {
  private PredictionFormats() {}

  private static Registry<PredictionFormat> registry() {
    return Registry.of(PredictionFormat.class);
  }

  /**
   * All of them.
   *
   * @throws org.maskwright.settings.ExtensionException if one cannot be used; see {@link
   *     Registry#of}
   */
  public static List<PredictionFormat> all() {
    return registry().variants();
  }

  /** Their names. */
  public static List<String> names() {
    return registry().names();
  }

  /**
   * The format of a name.
   *
   * @throws IllegalArgumentException if there is none, with the nearest name and all of them
   */
  public static PredictionFormat get(String name) {
    return registry().get(name);
  }
}
