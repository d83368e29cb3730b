package org.maskwright.datasets.scenes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.mask.PanopticIds;
import org.maskwright.datasets.mask.Rle;

/** Invents a scene, has it painted, and reads the annotation off the painting. */
final class SceneComposer {
  /**
   * Things may overlap: centres stay this share of the sum of the radii apart, if there is room.
   */
  private static final double CLOSEST = 0.62;

  private static final int TRIES = 24;

  /** Segments with a smaller share of the image become void, as annotators leave specks out. */
  private static final double SMALLEST_SHARE = 0.001;

  private static final int SHADE = 30;

  private final ScenesConfig config;
  private final List<SceneClass> things;
  private final SceneRandom random;

  SceneComposer(ScenesConfig config, long imageId) {
    this.config = config;
    this.things = config.things(imageId);
    this.random = SceneRandom.ofImage(config.seed(), imageId);
  }

  Scene compose() {
    Light light = Light.random(random);
    Terrain terrain = new Terrain(random);
    List<Prop> props = props(terrain);
    var painter =
        new Painter(config.width(), config.height(), terrain, light, props, random.nextLong());
    RgbImage image = painter.paint();
    return annotated(image, painter.owners, props);
  }

  private List<Prop> props(Terrain terrain) {
    double aspect = config.width() / (double) config.height();
    int count = 1 + random.below(config.maxThings());
    List<Prop> props = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SceneClass kind = things.get(random.below(things.size()));
      for (int tries = 0; tries < TRIES; tries++) {
        Prop prop = Prop.random(kind, random, aspect, Math.max(0, terrain.horizon()));
        if (props.stream().allMatch(other -> apart(prop, other))) {
          props.add(prop);
          break;
        }
      }
    }
    props.sort(Comparator.comparingDouble(Prop::base));
    return props;
  }

  private static boolean apart(Prop a, Prop b) {
    double dx = a.x() - b.x();
    double dy = a.y() - b.y();
    double least = CLOSEST * (a.radius() + b.radius());
    return dx * dx + dy * dy > least * least;
  }

  private Scene annotated(RgbImage image, int[] owners, List<Prop> props) {
    int[] ids = new int[owners.length];
    long smallest = Math.max(4, Math.round(SMALLEST_SHARE * owners.length));
    List<SceneSegment> segments = new ArrayList<>();
    Set<Integer> used = new HashSet<>();
    for (int k = props.size() - 1; k >= 0; k--) {
      annotate(segments, ids, owners, k, props.get(k).kind(), used, smallest);
    }
    for (SceneClass kind : SceneClass.values()) {
      if (!kind.thing()) {
        annotate(segments, ids, owners, -kind.id(), kind, used, smallest);
      }
    }
    return new Scene(image, ids, segments);
  }

  private void annotate(
      List<SceneSegment> segments,
      int[] ids,
      int[] owners,
      int owner,
      SceneClass kind,
      Set<Integer> used,
      long smallest) {
    Rle mask = Rle.ofLabel(owners, config.height(), config.width(), owner);
    if (mask.area() < smallest) {
      return;
    }
    int id = freshId(kind, used);
    mask.paint(ids, id);
    segments.add(new SceneSegment(id, kind, mask));
  }

  /** An id whose colour in the panoptic PNG is the class's, or near it for further instances. */
  private int freshId(SceneClass kind, Set<Integer> used) {
    int rgb = kind.rgb();
    int id = PanopticIds.fromRgb(rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255);
    while (!used.add(id)) {
      id = PanopticIds.fromRgb(shade(rgb >> 16), shade(rgb >> 8), shade(rgb));
    }
    return id;
  }

  private int shade(int channel) {
    int v = (channel & 255) + random.below(2 * SHADE + 1) - SHADE;
    return Math.max(1, Math.min(255, v));
  }
}
