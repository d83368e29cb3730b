package org.maskwright.datasets.catalog;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.CheckReport.Finding;
import org.maskwright.datasets.catalog.CheckReport.Severity;
import org.maskwright.datasets.image.ImageDecoder;

/**
 * Looks at every image and annotation of a data set and reports all problems in one pass: files
 * that are missing or broken, sizes and ids that do not fit, segments without a pixel or outside
 * the image, photographs named twice, areas and boxes that are not the masks', a data set that
 * teaches nothing. Classes nobody uses and images without annotation are notes.
 *
 * <p><b>Threads</b> uses all processors.
 */
public final class DataCheck {
  /** How far a polygon may reach out of its image; annotation tools are off by rounding. */
  private static final double MARGIN_PX = 1.5;

  private final Dataset dataset;

  private DataCheck(Dataset dataset) {
    this.dataset = dataset;
  }

  /** What the images are for, which decides what is wrong with too few of a class. */
  public enum Use {
    TRAIN,
    EVALUATE
  }

  /** Opens and checks a data set to train on. One that cannot be opened is one problem. */
  public static CheckReport run(DatasetSettings settings) {
    return run(settings, Optional.empty(), Use.TRAIN);
  }

  /**
   * Opens and checks a data set. One that cannot be opened is one problem.
   *
   * @param task what it is for; empty: whatever its annotation serves
   */
  public static CheckReport run(DatasetSettings settings, Optional<Task> task, Use use) {
    List<Finding> opening = new ArrayList<>();
    try {
      Dataset dataset =
          DatasetOpener.open(settings, task, problem -> opening.add(problem(problem.getMessage())));
      return run(dataset, task, use, settings.ignore(), opening);
    } catch (DatasetException e) {
      opening.add(problem(e.getMessage()));
      return new CheckReport(0, 0, distinct(opening), Optional.empty());
    }
  }

  /** Checks an open data set to train on. */
  public static CheckReport run(Dataset dataset) {
    return run(dataset, Optional.empty(), Use.TRAIN, List.of(), List.of());
  }

  private static CheckReport run(
      Dataset dataset, Optional<Task> task, Use use, List<Integer> ignore, List<Finding> opening) {
    DataCheck check = new DataCheck(dataset);
    List<ImageResult> results =
        IntStream.range(0, dataset.size()).parallel().mapToObj(check::image).toList();
    List<Finding> findings = new ArrayList<>(opening);
    dataset.notes().forEach(note -> findings.add(new Finding(Severity.NOTE, note)));
    DatasetStats.Counter counter = new DatasetStats.Counter(dataset);
    for (ImageResult result : results) {
      findings.addAll(result.findings);
      counter.add(result.count);
    }
    findings.addAll(check.twice());
    ChannelSurvey channels = ChannelSurvey.of(dataset);
    if (channels.differs() && dataset.channels().equals(Channels.AS_STORED)) {
      findings.add(problem(dataset.name() + ": " + channels.differing().problem()));
    }
    DatasetStats stats = counter.stats();
    Learnability learnable =
        Learnability.of(task.orElseGet(() -> richest(dataset)), stats, Optional.empty(), ignore);
    learnable.warnings().forEach(warning -> findings.add(new Finding(Severity.NOTE, warning)));
    if (opening.isEmpty()) { // else what was left out may be what there is to learn
      Severity severity = use == Use.TRAIN ? Severity.PROBLEM : Severity.NOTE;
      Stream.of(learnable.error(), learnable.oneClass())
          .flatMap(Optional::stream)
          .forEach(error -> findings.add(new Finding(severity, error)));
    }
    return new CheckReport(
        dataset.size(), stats.segments(), distinct(findings), Optional.of(stats));
  }

  /** What a data set serves at best: where no class is of objects, none are told apart. */
  public static Task richest(Dataset dataset) {
    boolean things = dataset.categories().asList().stream().anyMatch(Category::thing);
    return Stream.of(Task.PANOPTIC, Task.INSTANCE, Task.SEMANTIC)
        .filter(dataset.tasks()::contains)
        .filter(task -> things || task == Task.SEMANTIC)
        .findFirst()
        .orElse(Task.SEMANTIC);
  }

  /** What is found when a data set is opened may be found again in its image. */
  private static List<Finding> distinct(List<Finding> findings) {
    return List.copyOf(new LinkedHashSet<>(findings));
  }

  /** An image's findings, and its segments if they can be read. */
  private record ImageResult(ImageCount count, List<Finding> findings) {}

  private ImageResult image(int index) {
    List<Finding> whole = new ArrayList<>();
    Sample sample = attempt(whole, index, dataset::load);
    if (sample != null) {
      check(sample, whole);
      List<DatasetException> wrong = attempt(whole, index, dataset::disagreements);
      if (wrong != null) {
        wrong.forEach(e -> whole.add(problem(e.getMessage())));
      }
      return new ImageResult(ImageCount.of(sample), whole);
    }
    // One problem hides others: photograph and annotation are looked at on their own.
    List<Finding> parts = new ArrayList<>();
    List<Segment> segments = attempt(parts, index, dataset::segments);
    attempt(parts, index, dataset::image);
    ImageCount count =
        segments == null
            ? null
            : ImageCount.ofLabels(
                segments.stream().map(s -> new Dataset.Label(s.category(), s.crowd())).toList());
    return new ImageResult(count, parts.isEmpty() ? whole : parts);
  }

  private <T> T attempt(List<Finding> findings, int index, IntFunction<T> action) {
    try {
      return action.apply(index);
    } catch (DatasetException e) {
      findings.add(problem(e.getMessage()));
      return null;
    } catch (IllegalArgumentException e) {
      findings.add(problem(where(index) + e.getMessage()));
      return null;
    }
  }

  private void check(Sample sample, List<Finding> findings) {
    SampleInfo info = sample.info();
    String image = info.file() + ": image " + info.imageId();
    if (Files.isRegularFile(info.file())) { // a data set may have its pictures elsewhere
      try {
        ImageDecoder.verify(info.file());
      } catch (DatasetException e) {
        findings.add(problem(e.forImage(info.imageId()).getMessage()));
      }
    }
    if (sample.segments().isEmpty()) {
      findings.add(new Finding(Severity.NOTE, image + ": no annotation"));
    }
    long[] areas = SegmentAreas.of(sample);
    for (int s = 0; s < areas.length; s++) {
      Segment segment = sample.segments().get(s);
      String place = image + ", annotation " + segment.id() + ": ";
      if (areas[s] == 0 && !(segment.mask() instanceof SegmentMask.Weak)) {
        findings.add(problem(place + "the mask has no pixel"));
      }
      if (segment.mask() instanceof SegmentMask.Polygons polygons) {
        outside(polygons, sample.image(), place, findings);
      }
    }
  }

  private static void outside(
      SegmentMask.Polygons polygons, Photograph image, String place, List<Finding> findings) {
    for (double[] ring : polygons.rings()) {
      for (int i = 0; i < ring.length; i += 2) {
        double x = ring[i];
        double y = ring[i + 1];
        if (x < -MARGIN_PX
            || y < -MARGIN_PX
            || x > image.width() + MARGIN_PX
            || y > image.height() + MARGIN_PX) {
          findings.add(
              problem(
                  place
                      + "the point (%s, %s) is outside the image of %d x %d"
                          .formatted(x, y, image.width(), image.height())));
          return;
        }
      }
    }
  }

  private List<Finding> twice() {
    Map<Path, Integer> seen = new HashMap<>();
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      try {
        Integer before = seen.putIfAbsent(dataset.info(i).file(), i);
        if (before != null) {
          findings.add(
              problem(where(i) + "the same photograph as image " + dataset.info(before).imageId()));
        }
      } catch (DatasetException alreadyReported) {
        // The image itself was looked at before.
      }
    }
    return findings;
  }

  private String where(int index) {
    SampleInfo info = dataset.info(index);
    return info.file() + ": image " + info.imageId() + ": ";
  }

  private static Finding problem(String message) {
    return new Finding(Severity.PROBLEM, message);
  }
}
