package org.maskwright.datasets.scenes;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The classes of Scenes. Several share colours: shape and texture tell them apart. */
public enum SceneClass {
  BALL(1, true, 0xE6413C),
  BALLOON(2, true, 0xF062A8),
  CONE(3, true, 0xF5A623),
  CRATE(4, true, 0x8C5A3C),
  RING(5, true, 0x9B51E0),
  STARFISH(6, true, 0xC2185B),
  SKY(7, false, 0x7FB3F0),
  WATER(8, false, 0x2F6FC4),
  GRASS(9, false, 0x4FA54A),
  SAND(10, false, 0xD9C08A);

  private final int id;
  private final boolean thing;
  private final int rgb;

  SceneClass(int id, boolean thing, int rgb) {
    this.id = id;
    this.thing = thing;
    this.rgb = rgb;
  }

  /** The category id in the annotation files, 1 to 10. */
  public int id() {
    return id;
  }

  /** The class's name in the annotation files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** COCO's supercategory. */
  public String supercategory() {
    return thing ? "beach toy" : "landscape";
  }

  /** Those that have instances, in order. */
  static List<SceneClass> things() {
    return Arrays.stream(values()).filter(SceneClass::thing).toList();
  }

  /** Whether it has instances. */
  public boolean thing() {
    return thing;
  }

  /** The class's colour in pictures and panoptic PNGs, 0xRRGGBB. */
  public int rgb() {
    return rgb;
  }
}
