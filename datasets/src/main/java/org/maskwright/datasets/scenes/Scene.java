package org.maskwright.datasets.scenes;

import java.util.List;
import org.maskwright.datasets.RgbImage;

/**
 * One synthetic photograph with its exact annotation.
 *
 * <p><b>Shapes</b> {@link #image()} [H,W,3] uint8; {@link #ids()} [H,W] panoptic ids, 0 where a
 * segment was too small to annotate (void); every other pixel belongs to the one segment of its id.
 */
public final class Scene {
  private final RgbImage image;
  private final int[] ids;
  private final List<SceneSegment> segments;

  Scene(RgbImage image, int[] ids, List<SceneSegment> segments) {
    this.image = image;
    this.ids = ids;
    this.segments = List.copyOf(segments);
  }

  /** The photograph, before JPEG. */
  public RgbImage image() {
    return image;
  }

  /** The segment id of each pixel, rows from the top; the scene's own array, not a copy. */
  public int[] ids() {
    return ids;
  }

  /** The segments: things from the front to the back, then stuff. */
  public List<SceneSegment> segments() {
    return segments;
  }
}
