package org.maskwright.trainer.export;

import java.util.List;
import org.maskwright.settings.Registry;

/** The targets that there are: Maskwright's own first, then others'. */
public final class ExportTargets {
  private ExportTargets() {}

  private static Registry<ExportTarget> registry() {
    return Registry.of(ExportTarget.class);
  }

  /**
   * All of them.
   *
   * @throws org.maskwright.settings.ExtensionException if one cannot be used; see {@link
   *     Registry#of}
   */
  public static List<ExportTarget> all() {
    return registry().variants();
  }

  /** Their names. */
  public static List<String> names() {
    return registry().names();
  }

  /**
   * The target of a name.
   *
   * @throws IllegalArgumentException if there is none, with the nearest name and all of them
   */
  public static ExportTarget get(String name) {
    return registry().get(name);
  }
}
