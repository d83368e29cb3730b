package org.maskwright.datasets.scenes;

/**
 * The outline and surface of a kind of thing, in its own coordinates: the centre at (0,0), the
 * radius 1, y down.
 */
sealed interface Shape permits Ball, Balloon, Cone, Crate, Ring, Starfish {
  /** Largest distance of the outline from the centre. */
  double REACH = 1.45;

  /** Signed distance to the outline, negative inside; near the outline right to a few percent. */
  double distance(double u, double v);

  /** The lit surface at a point of the outline's inside. */
  Rgb colour(double u, double v, Light light);

  /** A shape of the class with random colours and proportions. */
  static Shape random(SceneClass kind, SceneRandom random) {
    return switch (kind) {
      case BALL -> Ball.random(random);
      case BALLOON -> Balloon.random(random);
      case CONE -> Cone.random(random);
      case CRATE -> Crate.random(random);
      case RING -> Ring.random(random);
      case STARFISH -> Starfish.random(random);
      case SKY, WATER, GRASS, SAND ->
          throw new IllegalArgumentException(kind + " is stuff and has no shape");
    };
  }
}
