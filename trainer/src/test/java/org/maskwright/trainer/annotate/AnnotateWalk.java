package org.maskwright.trainer.annotate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.MaskPolygons;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.datasets.mask.Outline;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.http.ServerSettings;

/**
 * A person who labels pictures, by the calls of the page: draws what the annotation of Scenes says,
 * trains on it, and looks at what the model proposes for the rest. Its {@link #main} gives the
 * figures of docs/annotate.md.
 */
final class AnnotateWalk implements AutoCloseable {
  private static final double SAME = 0.5; // IoU
  private static final double SHOWN = 0.5; // score

  private final List<List<Segment>> truth = new ArrayList<>();
  private final List<Size> sizes = new ArrayList<>();
  private final List<String> classes;
  private final AnnotateServer server;
  private final Client client;

  /**
   * Draws pictures into a folder and opens it.
   *
   * @param words of the command line of trainings
   */
  AnnotateWalk(Path dir, ScenesConfig scenes, int threads, String... words) throws IOException {
    Path drawn = Files.createTempDirectory("maskwright-scenes");
    Scenes.write(drawn, scenes);
    Dataset dataset = DatasetOpener.open(DatasetSettings.of("auto", drawn, "train"), Task.INSTANCE);
    classes = dataset.categories().names();
    for (int i = 0; i < dataset.size(); i++) {
      Path photograph = dataset.info(i).file();
      Files.copy(photograph, dir.resolve("%03d.png".formatted(i)));
      truth.add(
          dataset.segments(i).stream()
              .filter(s -> dataset.categories().isThing(s.category()))
              .toList());
      sizes.add(new Size(scenes.width(), scenes.height()));
    }
    List<String> things =
        dataset.categories().asList().stream().filter(c -> c.thing()).map(c -> c.name()).toList();
    server =
        AnnotateServer.start(
            AnnotateWishes.of(dir, things.toArray(String[]::new)).withTrainWords(words),
            ServerSettings.local(),
            () -> Engine.open(EngineOptions.DEFAULT.withThreads(threads)),
            fault -> {
              throw new AssertionError(fault);
            });
    client = new Client(server.link());
  }

  /** Draws all objects of pictures, one of two with polygons, and marks them as done. */
  void label(int from, int to) {
    Map<String, Integer> ids = new HashMap<>();
    for (JsonTree c : client.get("api/state?tab=walk").get("classes").elements()) {
      ids.put(c.get("name").text(), c.get("id").integer());
    }
    for (int n = from; n < to; n++) {
      Size size = sizes.get(n);
      List<String> objects = new ArrayList<>();
      for (Segment segment : truth.get(n)) {
        Rle mask = segment.mask().toRle(size);
        objects.add(
            "{\"category\": %d, \"segmentation\": %s}"
                .formatted(
                    ids.get(classes.get(segment.category())),
                    objects.size() % 2 == 0 ? polygons(mask) : Client.json(mask)));
      }
      client.send(
          "PUT",
          "api/pictures/" + n,
          Client.edits("walk", client.version(n), true, String.join(",", objects)));
    }
  }

  /** As a person draws it: corners up to a pixel beside the edge. */
  private static String polygons(Rle mask) {
    List<Outline> parts = new MaskPolygons(1).outlines(mask);
    return parts.stream()
        .map(part -> Arrays.toString(part.bridged()))
        .collect(Collectors.joining(",", "[", "]"));
  }

  /**
   * Trains and waits for the proposals of all other pictures.
   *
   * @return the state that the page shows of the training
   */
  JsonTree train(double minutes) throws InterruptedException {
    client.send("POST", "api/training", "{\"minutes\": %s}".formatted(minutes));
    while (true) {
      JsonTree state = client.get("api/state?tab=walk");
      JsonTree training = state.get("training");
      switch (training.get("state").text()) {
        case "FAILED", "CANCELLED" -> throw new AssertionError(training.get("problem").text());
        case "DONE" -> {
          JsonTree looked = state.get("prelabels");
          if (!looked.get("problem").text().isEmpty()) {
            throw new AssertionError(looked.get("problem").text());
          }
          int of = looked.get("of").integer();
          if (of > 0 && looked.get("done").integer() == of) {
            return training;
          }
        }
        default -> {}
      }
      TimeUnit.MILLISECONDS.sleep(300);
    }
  }

  /**
   * How good proposals are.
   *
   * @param f1 at IoU 0.5, of those with a score of at least 0.5
   * @param iou mean over the true objects of the IoU with the best of these of its class, 0 where
   *     there is none
   */
  record Quality(double f1, double iou) {}

  /** That of the proposals for some pictures. */
  Quality quality(int from, int to) {
    Map<Integer, String> names = new HashMap<>();
    for (JsonTree c : client.get("api/state?tab=walk").get("classes").elements()) {
      names.put(c.get("id").integer(), c.get("name").text());
    }
    int hits = 0;
    int wanted = 0;
    int found = 0;
    double overlaps = 0;
    for (int n = from; n < to; n++) {
      Size size = sizes.get(n);
      IdentityHashMap<Segment, Double> best = new IdentityHashMap<>(); // to the best overlap
      truth.get(n).forEach(segment -> best.put(segment, 0.0));
      Set<Segment> hit = Collections.newSetFromMap(new IdentityHashMap<>());
      for (JsonTree p : client.get("api/pictures/" + n).get("proposals").elements()) {
        if (p.get("score").number() < SHOWN) {
          continue;
        }
        found++;
        String name = names.get(p.get("category").integer());
        Rle mask = Rle.ofString(size.height(), size.width(), p.get("rle").get("counts").text());
        boolean same = false;
        for (Segment s : truth.get(n)) {
          if (classes.get(s.category()).equals(name)) {
            double iou = s.mask().toRle(size).iou(mask);
            best.merge(s, iou, Math::max);
            same = same || (iou >= SAME && hit.add(s)); // one proposal finds one object
          }
        }
        hits += same ? 1 : 0;
      }
      wanted += best.size();
      overlaps += best.values().stream().mapToDouble(v -> v).sum();
    }
    return new Quality(
        wanted + found == 0 ? 0 : 2.0 * hits / (wanted + found), overlaps / Math.max(1, wanted));
  }

  /** How many proposals there are for a picture. */
  int proposals(int picture) {
    return client.get("api/pictures/" + picture).get("proposals").elements().size();
  }

  Client client() {
    return client;
  }

  @Override
  public void close() {
    server.close();
  }

  /**
   * Labels 20 pictures in two rounds and says what was proposed for 20 others after each.
   *
   * @param args an empty folder, minutes of a round, then more words of trainings
   */
  public static void main(String[] args) throws Exception {
    String[] words = Arrays.copyOfRange(args, 2, args.length);
    double minutes = Double.parseDouble(args[1]);
    try (AnnotateWalk walk =
        new AnnotateWalk(Path.of(args[0]), new ScenesConfig(7, 40, 0, 192, 144, 4), 2, words)) {
      int done = 0;
      for (int to : new int[] {5, 20}) {
        walk.label(done, to);
        done = to;
        JsonTree trained = walk.train(minutes);
        Quality quality = walk.quality(20, 40);
        System.out.printf(
            Locale.ROOT,
            "%d pictures, %d steps, %s: F1 %.3f, IoU %.3f%n",
            to,
            trained.get("steps").integer(),
            trained.get("metrics").text(),
            quality.f1(),
            quality.iou());
      }
    }
  }
}
