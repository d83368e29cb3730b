package org.maskwright.datasets.scenes;

/** The paints that things share, so that colour alone does not tell their class. */
final class Paints {
  private static final Rgb[] BRIGHT = {
    Rgb.of(0xD23A32),
    Rgb.of(0xE8842A),
    Rgb.of(0xE9C53A),
    Rgb.of(0x3E9C4B),
    Rgb.of(0x2F6FC4),
    Rgb.of(0x8247B5),
    Rgb.of(0xD9598F),
    Rgb.of(0x2AA5A8)
  };
  private static final Rgb[] WARM = {
    Rgb.of(0xD9662A), Rgb.of(0xC93A34), Rgb.of(0xB8478A), Rgb.of(0xD99A3C), Rgb.of(0x8A4FA0)
  };
  private static final Rgb[] WOOD = {
    Rgb.of(0xA9743F), Rgb.of(0x8A5A33), Rgb.of(0xC49A63), Rgb.of(0x8D8073), Rgb.of(0x5F7F96)
  };
  private static final double SPREAD = 0.05;

  private Paints() {}

  static Rgb bright(SceneRandom random) {
    return BRIGHT[random.below(BRIGHT.length)].varied(random, SPREAD);
  }

  static Rgb warm(SceneRandom random) {
    return WARM[random.below(WARM.length)].varied(random, SPREAD);
  }

  static Rgb wood(SceneRandom random) {
    return WOOD[random.below(WOOD.length)].varied(random, SPREAD);
  }
}
