package org.maskwright.datasets.scenes;

/**
 * The light of one photograph.
 *
 * @param x where it comes from: -1 left to 1 right
 * @param exposure brightness of everything
 * @param tint colour of the light
 * @param sharpness how strong shading and shadows are: 0 overcast to 1 sun
 * @param vignette how much darker the corners are
 * @param grain standard deviation of the sensor's noise, in [0,1]
 * @param blur weight of the four neighbours in the lens's blur
 */
record Light(
    double x,
    double exposure,
    Rgb tint,
    double sharpness,
    double vignette,
    double grain,
    double blur) {

  static Light random(SceneRandom random) {
    double warmth = random.between(-0.09, 0.11);
    return new Light(
        random.between(-1, 1),
        random.between(0.72, 1.12),
        new Rgb(1 + warmth, 1 + random.between(-0.03, 0.03), 1 - warmth),
        random.between(0.25, 1),
        random.between(0, 0.25),
        random.between(0.008, 0.03),
        random.between(0, 0.1));
  }

  /** Brightness of a surface whose normal is (nx, ny, nz), y down, z towards the viewer. */
  double on(double nx, double ny, double nz) {
    double lambert = 0.55 * x * nx - 0.6 * ny + 0.58 * nz;
    return 0.86 + sharpness * 0.42 * (lambert - 0.35);
  }
}
