package org.maskwright.datasets.scenes;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlaySegment;
import org.maskwright.datasets.picture.Palette;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.picture.PictureGrid;

/** A picture of the first scenes of a data set: each photograph beside its annotation. */
public final class SceneSheet {
  private static final int PAIRS_IN_A_ROW = 3;
  private static final int MIN_LONG_SIDE = 320;

  private SceneSheet() {}

  /** Draws the first {@code count} training scenes. */
  public static Picture draw(ScenesConfig config, int count) {
    var grid = new PictureGrid(2 * Math.min(count, PAIRS_IN_A_ROW));
    for (int id = 1; id <= count; id++) {
      Scene scene = Scenes.sample(config, id);
      grid.add(overlay(scene).plain(), "").add(annotation(scene), "");
    }
    return grid.draw();
  }

  /** A scene's annotation over its photograph. */
  public static Picture annotation(Scene scene) {
    List<OverlaySegment> segments = new ArrayList<>();
    for (SceneSegment s : scene.segments()) {
      SceneClass kind = s.kind();
      segments.add(new OverlaySegment(s.id(), kind.id(), kind.thing(), kind.label(), Double.NaN));
    }
    return overlay(scene).panoptic(scene.ids(), segments);
  }

  private static Overlay overlay(Scene scene) {
    int[] colours = new int[SceneClass.values().length + 1];
    for (SceneClass kind : SceneClass.values()) {
      colours[kind.id()] = kind.rgb();
    }
    return Overlay.on(scene.image().data(), scene.image().width(), scene.image().height())
        .withPalette(Palette.ofClasses(colours))
        .withMinLongSide(MIN_LONG_SIDE);
  }
}
