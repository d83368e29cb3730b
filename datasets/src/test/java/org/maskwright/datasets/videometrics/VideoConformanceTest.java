package org.maskwright.datasets.videometrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.metrics.CocoMetrics;
import org.maskwright.datasets.metrics.CocoSummary;
import org.maskwright.datasets.metrics.PanopticMetrics;
import org.maskwright.datasets.videometrics.DavisFiles.Protocol;
import org.maskwright.datasets.videometrics.HotaMetrics.AtThreshold;
import org.maskwright.datasets.videometrics.MotsScores.OfClass;
import org.maskwright.datasets.videometrics.MotsScores.Score;

/** The official tools' answers on generated videos, which make_golden.py wrote. */
final class VideoConformanceTest {
  private static final double EXACT = 1e-12;

  @TempDir Path folder;

  private static Path resource(String name) {
    try {
      return Path.of(VideoConformanceTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static JsonTree json(String name) {
    return JsonTree.read(resource(name), Set.of());
  }

  private static List<JsonTree> expected(String kind) {
    return json("expected.json").get(kind).elements();
  }

  private static LabelMap map(JsonTree runs, int height, int width) {
    double[] numbers = runs.numbers();
    int[] labels = new int[height * width];
    int at = 0;
    for (int i = 0; i < numbers.length; i += 2) {
      Arrays.fill(labels, at, at + (int) numbers[i + 1], (int) numbers[i]);
      at += (int) numbers[i + 1];
    }
    assertEquals(labels.length, at);
    return new LabelMap(height, width, labels);
  }

  @Test
  void tracksAreScoredAsYoutubeVisDoes() {
    List<JsonTree> expected = expected("ytvis");
    for (int i = 0; i < expected.size(); i++) {
      CocoMetrics metrics =
          TubeFiles.score(
                  resource("ytvis-" + i + "-gt.json"), resource("ytvis-" + i + "-pred.json"))
              .metrics();
      CocoSummary s = metrics.all();
      double[] got = {
        s.ap(), s.ap50(), s.ap75(), s.apSmall(), s.apMedium(), s.apLarge(),
        s.ar1(), s.ar10(), s.ar100(), s.arSmall(), s.arMedium(), s.arLarge()
      };
      assertArrayEquals(expected.get(i).numbers(), got, EXACT, "case " + i);
    }
  }

  @Test
  void objectsAreScoredAsDavisDoes() throws Exception {
    List<JsonTree> expected = expected("davis");
    for (int i = 0; i < expected.size(); i++) {
      JsonTree davis = json("davis-" + i + ".json");
      int height = davis.get("height").integer();
      int width = davis.get("width").integer();
      Path truth = folder.resolve("truth" + i);
      Path found = folder.resolve("found" + i);
      for (int t = 0; t < davis.get("truth").elements().size(); t++) {
        write(truth, t, map(davis.get("truth").elements().get(t), height, width));
        write(found, t, map(davis.get("found").elements().get(t), height, width));
      }
      Protocol protocol =
          davis.get("unsupervised").isTrue() ? Protocol.UNSUPERVISED : Protocol.SEMI_SUPERVISED;
      DavisScores scores = DavisFiles.score(truth, found, protocol, List.of());
      same(expected.get(i).get("J"), scores.region(), "J of case " + i);
      same(expected.get(i).get("F"), scores.boundary(), "F of case " + i);
    }
  }

  private static void write(Path sequences, int frame, LabelMap map) throws Exception {
    Path sequence = Files.createDirectories(sequences.resolve("a"));
    int[] palette = new int[256];
    Arrays.setAll(palette, i -> i * 0x010203);
    LabelPng.writePalette(sequence.resolve("%05d.png".formatted(frame)), map, palette);
  }

  private static void same(JsonTree expected, DavisScores.Statistics got, String what) {
    assertEquals(expected.get("M").number(), got.mean(), EXACT, what);
    assertEquals(expected.get("R").number(), got.recall(), EXACT, what);
    assertEquals(expected.get("D").number(), got.decay(), EXACT, what);
  }

  @Test
  void statisticsOfSequencesOfEveryLengthAreDavis() {
    for (JsonTree one : expected("statistics")) {
      double[] values = one.get("values").numbers();
      double[] wanted = one.get("expected").numbers();
      DavisScores.Statistics got = DavisFiles.statistics(values);
      String what = values.length + " frames";
      assertEquals(wanted[0], got.mean(), EXACT, what);
      assertEquals(wanted[1], got.recall(), EXACT, what);
      assertEquals(wanted[2], got.decay(), EXACT, what);
    }
  }

  @Test
  void panopticVideosAreScoredAsVpsAndStepDo() throws Exception {
    List<JsonTree> expected = expected("panoptic");
    for (int i = 0; i < expected.size(); i++) {
      Path truth = Files.createDirectories(folder.resolve("pan-truth" + i));
      Path found = Files.createDirectories(folder.resolve("pan-found" + i));
      JsonTree maps = json("panoptic-" + i + "-maps.json");
      for (String video : maps.keys()) {
        List<JsonTree> frames = maps.get(video).elements();
        for (int t = 0; t < frames.size(); t++) {
          int height = frames.get(t).get("height").integer();
          int width = frames.get(t).get("width").integer();
          String name = video + "/%03d.png".formatted(t);
          Files.createDirectories(truth.resolve(name).getParent());
          Files.createDirectories(found.resolve(name).getParent());
          LabelPng.writeRgbIds(truth.resolve(name), map(frames.get(t).get("truth"), height, width));
          LabelPng.writeRgbIds(found.resolve(name), map(frames.get(t).get("found"), height, width));
        }
      }
      PanopticVideoFiles files =
          new PanopticVideoFiles(
              resource("panoptic-" + i + "-gt.json"),
              truth,
              resource("panoptic-" + i + "-pred.json"),
              found);
      SortedMap<Integer, PanopticMetrics> vpq = files.quality(PanopticVideoFiles.WINDOWS);
      for (Map.Entry<Integer, PanopticMetrics> k : vpq.entrySet()) {
        JsonTree wanted = expected.get(i).get("vpq").get(k.getKey().toString());
        String what = "case " + i + ", k = " + k.getKey();
        same(wanted.get("All"), k.getValue().all(), what);
        same(wanted.get("Things"), k.getValue().things(), what);
        same(wanted.get("Stuff"), k.getValue().stuff(), what);
      }
      StqEvaluator stq = files.trackingQuality();
      JsonTree wanted = expected.get(i).get("stq");
      assertEquals(wanted.get("STQ").number(), stq.result().stq(), EXACT, "STQ of case " + i);
      assertEquals(wanted.get("AQ").number(), stq.result().aq(), EXACT, "AQ of case " + i);
      assertEquals(wanted.get("IoU").number(), stq.result().sq(), EXACT, "SQ of case " + i);
      List<StqEvaluator.Quality> each = new ArrayList<>(stq.perSequence().values());
      for (int v = 0; v < each.size(); v++) {
        assertEquals(wanted.get("STQ_per_seq").numbers()[v], each.get(v).stq(), EXACT);
      }
    }
  }

  private static void same(JsonTree expected, PanopticMetrics.Quality got, String what) {
    assertEquals(expected.get("n").integer(), got.n(), what);
    if (got.n() > 0) {
      assertEquals(expected.get("pq").number(), got.pq(), EXACT, what);
      assertEquals(expected.get("sq").number(), got.sq(), EXACT, what);
      assertEquals(expected.get("rq").number(), got.rq(), EXACT, what);
    }
  }

  @Test
  void tracksOfMotsAreScoredAsTrackEvalDoes() throws Exception {
    List<JsonTree> expected = expected("mots");
    for (int i = 0; i < expected.size(); i++) {
      Path truth = Files.createDirectories(folder.resolve("mots-truth" + i));
      Path found = Files.createDirectories(folder.resolve("mots-found" + i));
      JsonTree sequences = json("mots-" + i + ".json");
      for (String name : sequences.keys()) {
        write(truth.resolve(name + ".txt"), sequences.get(name).get("truth"));
        write(found.resolve(name + ".txt"), sequences.get(name).get("found"));
      }
      MotsScores scores = MotsFiles.score(truth, found);
      for (Map.Entry<Integer, OfClass> entry : scores.classes().entrySet()) {
        JsonTree wanted = expected.get(i).get(entry.getKey().toString());
        String what = "case " + i + ", class " + entry.getKey();
        same(wanted.get("all"), entry.getValue().all(), what);
        for (Map.Entry<String, Score> one : entry.getValue().sequences().entrySet()) {
          same(wanted.get("sequences").get(one.getKey()), one.getValue(), what + one.getKey());
        }
      }
    }
  }

  private static void write(Path file, JsonTree lines) throws Exception {
    Files.write(file, lines.elements().stream().map(JsonTree::text).toList());
  }

  private static void same(JsonTree expected, Score got, String what) {
    JsonTree clear = expected.get("clear");
    ClearMetrics c = got.clear();
    assertEquals(clear.get("CLR_TP").number(), c.truePositives(), what);
    assertEquals(clear.get("CLR_FN").number(), c.falseNegatives(), what);
    assertEquals(clear.get("CLR_FP").number(), c.falsePositives(), what);
    assertEquals(clear.get("IDSW").number(), c.identitySwitches(), what);
    assertEquals(clear.get("MT").number(), c.mostlyTracked(), what);
    assertEquals(clear.get("PT").number(), c.partlyTracked(), what);
    assertEquals(clear.get("ML").number(), c.mostlyLost(), what);
    assertEquals(clear.get("Frag").number(), c.fragmentations(), what);
    if (c.truePositives() + c.falseNegatives() > 0) { // of no truth at all the official MOTSA is 0
      assertEquals(clear.get("MOTA").number(), c.motsa(), EXACT, what);
      assertEquals(clear.get("sMOTA").number(), c.smotsa(), EXACT, what);
      assertEquals(clear.get("MODA").number(), c.modsa(), EXACT, what);
    }
    assertEquals(clear.get("MOTP").number(), c.motsp(), EXACT, what);
    JsonTree hota = expected.get("hota");
    for (int a = 0; a < got.hota().thresholds().size(); a++) {
      AtThreshold at = got.hota().thresholds().get(a);
      String where = what + ", threshold " + a;
      assertEquals(hota.get("HOTA").numbers()[a], at.hota(), EXACT, where);
      assertEquals(hota.get("DetA").numbers()[a], at.detection(), EXACT, where);
      assertEquals(hota.get("AssA").numbers()[a], at.association(), EXACT, where);
      assertEquals(hota.get("AssRe").numbers()[a], at.associationRecall(), EXACT, where);
      assertEquals(hota.get("AssPr").numbers()[a], at.associationPrecision(), EXACT, where);
      assertEquals(hota.get("LocA").numbers()[a], at.localization(), EXACT, where);
      assertEquals(hota.get("HOTA_TP").numbers()[a], at.truePositives(), where);
    }
  }
}
