package org.maskwright.datasets.video;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.catalog.Layout;
import org.maskwright.datasets.catalog.LayoutDetector.Found;
import org.maskwright.datasets.catalog.LayoutKey;
import org.maskwright.datasets.catalog.LayoutQuery;

/**
 * A layout of annotated videos. A folder is never found to be of one: its frames may be meant as
 * photographs, so the type has to be named.
 */
abstract class VideoLayout implements Layout {
  private final String name;
  private final String holds;
  private final Set<LayoutKey> keys;

  /**
   * @param name of the layout and of its one type
   * @param holds what such a folder looks like
   */
  VideoLayout(String name, String holds, Set<LayoutKey> keys) {
    this.name = name;
    this.holds = holds;
    this.keys = keys;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String description() {
    return "videos: %s; only with data.train.type = %s".formatted(holds, name);
  }

  @Override
  public final List<String> types() {
    return List.of(name);
  }

  @Override
  public final Set<LayoutKey> reads(String type) {
    return keys;
  }

  @Override
  public final Optional<Found> find(LayoutQuery query) {
    return Optional.empty();
  }
}
