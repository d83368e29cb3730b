package org.maskwright.datasets.scenes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScenesTest {
  private static final int SCENES = 60;
  private static final ScenesConfig SMALL = ScenesConfig.DEFAULT.withSize(96, 72);

  @Test
  void everyPixelBelongsToTheOneSegmentOfItsIdOrToNone() {
    for (int i = 1; i <= SCENES; i++) {
      Scene scene = Scenes.sample(SMALL, i);
      int[] covered = new int[scene.ids().length];
      for (SceneSegment segment : scene.segments()) {
        byte[] mask = segment.mask().toBitmap();
        for (int p = 0; p < mask.length; p++) {
          covered[p] += mask[p];
          assertEquals(mask[p] != 0, scene.ids()[p] == segment.id(), "scene " + i);
        }
      }
      for (int p = 0; p < covered.length; p++) {
        assertEquals(scene.ids()[p] == 0 ? 0 : 1, covered[p], "scene " + i);
      }
    }
  }

  @Test
  void idsAreUniqueInASceneAndStuffHasOneSegmentForEachClass() {
    for (int i = 1; i <= SCENES; i++) {
      Set<Integer> ids = new HashSet<>();
      Set<SceneClass> stuff = new HashSet<>();
      for (SceneSegment segment : Scenes.sample(SMALL, i).segments()) {
        assertTrue(segment.id() > 0 && segment.id() < 1 << 24);
        assertTrue(ids.add(segment.id()), "scene " + i);
        assertTrue(segment.kind().thing() || stuff.add(segment.kind()), "scene " + i);
      }
    }
  }

  @Test
  void everyClassOccursOften() {
    Map<SceneClass, Integer> images = new EnumMap<>(SceneClass.class);
    for (int i = 1; i <= SCENES; i++) {
      Set<SceneClass> here = new HashSet<>();
      Scenes.sample(SMALL, i).segments().forEach(s -> here.add(s.kind()));
      here.forEach(kind -> images.merge(kind, 1, Integer::sum));
    }
    for (SceneClass kind : SceneClass.values()) {
      assertTrue(images.getOrDefault(kind, 0) >= SCENES / 6, kind + " in " + images);
    }
  }

  @Test
  void thingsAreCutByTheBorderAndHideEachOther() {
    int truncated = 0;
    int occluded = 0;
    for (int i = 1; i <= SCENES; i++) {
      Scene scene = Scenes.sample(SMALL, i);
      truncated += touchesBorder(scene) ? 1 : 0;
      occluded += thingsTouch(scene) ? 1 : 0;
    }
    assertTrue(truncated > SCENES / 5 && truncated < SCENES, truncated + " truncated");
    assertTrue(occluded > SCENES / 6 && occluded < SCENES, occluded + " occluded");
  }

  @Test
  void voidIsRare() {
    long empty = 0;
    long all = 0;
    for (int i = 1; i <= SCENES; i++) {
      for (int id : Scenes.sample(SMALL, i).ids()) {
        empty += id == 0 ? 1 : 0;
        all++;
      }
    }
    assertTrue(empty < 0.005 * all, empty + " of " + all);
  }

  @Test
  void noClassIsItsColourAlone() {
    // The mean colours of one class's segments spread farther than its distance to the next class.
    Map<SceneClass, double[]> sums = new EnumMap<>(SceneClass.class);
    Map<SceneSegment, double[]> means = new HashMap<>();
    for (int i = 1; i <= SCENES; i++) {
      Scene scene = Scenes.sample(SMALL, i);
      for (SceneSegment segment : scene.segments()) {
        double[] mean = meanColour(scene, segment);
        means.put(segment, mean);
        double[] sum = sums.computeIfAbsent(segment.kind(), k -> new double[4]);
        for (int c = 0; c < 3; c++) {
          sum[c] += mean[c];
        }
        sum[3]++;
      }
    }
    int right = 0;
    for (Map.Entry<SceneSegment, double[]> e : means.entrySet()) {
      right += nearest(sums, e.getValue()) == e.getKey().kind() ? 1 : 0;
    }
    double share = right / (double) means.size();
    assertTrue(share < 0.65, "nearest mean colour is right for " + share);
  }

  @Test
  void heldOutThingsAreInValidationAndNowhereElse() {
    ScenesConfig config = SMALL.withHeldOut(SceneClass.RING, SceneClass.STARFISH);
    assertEquals(
        Set.of(SceneClass.BALL, SceneClass.BALLOON, SceneClass.CONE, SceneClass.CRATE),
        things(config, 1));
    assertEquals(
        Set.of(SceneClass.RING, SceneClass.STARFISH), things(config, Scenes.FIRST_VAL_ID));
    for (SceneClass wrong : new SceneClass[] {SceneClass.SKY}) {
      assertThrows(IllegalArgumentException.class, () -> SMALL.withHeldOut(wrong));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> SMALL.withHeldOut(SceneClass.things().toArray(SceneClass[]::new)));
  }

  private static Set<SceneClass> things(ScenesConfig config, int first) {
    Set<SceneClass> out = new HashSet<>();
    for (int i = 0; i < SCENES; i++) {
      Scenes.sample(config, first + i).segments().forEach(s -> out.add(s.kind()));
    }
    out.removeIf(kind -> !kind.thing());
    return out;
  }

  @Test
  void theSameSeedGivesTheSameSceneAndAnotherSeedAnother() {
    Scene a = Scenes.sample(7, 3);
    assertArrayEquals(a.image().data(), Scenes.sample(7, 3).image().data());
    assertArrayEquals(a.ids(), Scenes.sample(7, 3).ids());
    assertFalse(Arrays.equals(a.image().data(), Scenes.sample(8, 3).image().data()));
    assertFalse(Arrays.equals(a.image().data(), Scenes.sample(7, 4).image().data()));
  }

  /** Only strict arithmetic is used: the hash is that of every machine. */
  @Test
  void theBytesAreThoseOfTheGeneratorsVersion() throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (int id : new int[] {1, 2, 3, Scenes.FIRST_VAL_ID}) {
      Scene scene = Scenes.sample(ScenesConfig.DEFAULT, id);
      digest.update(scene.image().data());
      for (int label : scene.ids()) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(label).array());
      }
    }
    assertEquals(
        "version 1: 0dfe7e2e14388da40f7e57b74f29a1c2f094586931dfb657d4753d2723b756ea",
        "version " + Scenes.GENERATOR_VERSION + ": " + HexFormat.of().formatHex(digest.digest()),
        "other pixels for the same settings: raise GENERATOR_VERSION");
  }

  @Test
  void impossibleSettingsAreRefusedByName() {
    var e = assertThrows(IllegalArgumentException.class, () -> SMALL.withSize(8, 72));
    assertEquals("scenes width: expected 32 to 4096, got 8", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> SMALL.withImages(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new ScenesConfig(1, 1, 1, 64, 64, 0));
  }

  private static SceneClass nearest(Map<SceneClass, double[]> sums, double[] colour) {
    SceneClass best = null;
    double least = Double.POSITIVE_INFINITY;
    for (Map.Entry<SceneClass, double[]> e : sums.entrySet()) {
      double d = 0;
      for (int c = 0; c < 3; c++) {
        double diff = e.getValue()[c] / e.getValue()[3] - colour[c];
        d += diff * diff;
      }
      if (d < least) {
        least = d;
        best = e.getKey();
      }
    }
    return best;
  }

  private static double[] meanColour(Scene scene, SceneSegment segment) {
    double[] mean = new double[3];
    for (int p = 0; p < scene.ids().length; p++) {
      if (scene.ids()[p] == segment.id()) {
        for (int c = 0; c < 3; c++) {
          mean[c] += (scene.image().data()[3 * p + c] & 255) / (double) segment.mask().area();
        }
      }
    }
    return mean;
  }

  private static boolean touchesBorder(Scene scene) {
    int w = scene.image().width();
    int h = scene.image().height();
    return scene.segments().stream()
        .filter(s -> s.kind().thing())
        .map(s -> s.mask().box())
        .anyMatch(
            b -> b.x() == 0 || b.y() == 0 || b.x() + b.width() == w || b.y() + b.height() == h);
  }

  private static boolean thingsTouch(Scene scene) {
    Set<Integer> things = new HashSet<>();
    scene.segments().stream().filter(s -> s.kind().thing()).forEach(s -> things.add(s.id()));
    int w = scene.image().width();
    int[] ids = scene.ids();
    for (int p = 1; p < ids.length; p++) {
      if (p % w != 0
          && ids[p] != ids[p - 1]
          && things.contains(ids[p])
          && things.contains(ids[p - 1])) {
        return true;
      }
    }
    return false;
  }
}
