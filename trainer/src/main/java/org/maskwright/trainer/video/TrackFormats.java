package org.maskwright.trainer.video;

import java.util.List;
import org.maskwright.settings.Registry;

/** The formats of tracks that there are: Maskwright's own first, then others'. */
public final class TrackFormats {
  private TrackFormats() {}

  private static Registry<TrackFormat> registry() {
    return Registry.of(TrackFormat.class);
  }

  /**
   * All of them.
   *
   * @throws org.maskwright.settings.ExtensionException if one cannot be used; see {@link
   *     Registry#of}
   */
  public static List<TrackFormat> all() {
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
  public static TrackFormat get(String name) {
    return registry().get(name);
  }
}
