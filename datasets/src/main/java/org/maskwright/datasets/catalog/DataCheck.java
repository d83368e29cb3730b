package org.maskwright.datasets.catalog;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.catalog.CheckReport.Finding;
import org.maskwright.datasets.catalog.CheckReport.Severity;

/**
 * Looks at every image and annotation of a data set and reports all problems in one pass: files
 * that are missing or broken, sizes and ids that do not fit, segments without a pixel or outside
 * the image, photographs named twice. Classes nobody uses and images without annotation are notes.
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

  /** Opens and checks a data set. A data set that cannot be opened is one problem. */
  public static CheckReport run(DatasetSettings settings) {
    List<Finding> opening = new ArrayList<>();
    try {
      Dataset dataset =
          DatasetOpener.open(settings, problem -> opening.add(problem(problem.getMessage())));
      return run(dataset, opening);
    } catch (DatasetException e) {
      opening.add(problem(e.getMessage()));
      return new CheckReport(0, 0, opening);
    }
  }

  /** Checks an open data set. */
  public static CheckReport run(Dataset dataset) {
    return run(dataset, List.of());
  }

  private static CheckReport run(Dataset dataset, List<Finding> opening) {
    DataCheck check = new DataCheck(dataset);
    List<ImageResult> results =
        IntStream.range(0, dataset.size()).parallel().mapToObj(check::image).toList();
    List<Finding> findings = new ArrayList<>(opening);
    results.forEach(result -> findings.addAll(result.findings));
    findings.addAll(check.twice());
    findings.addAll(check.unused(results));
    return new CheckReport(
        dataset.size(), results.stream().mapToLong(r -> r.segments.size()).sum(), findings);
  }

  private record ImageResult(List<Segment> segments, List<Finding> findings) {}

  private ImageResult image(int index) {
    List<Finding> whole = new ArrayList<>();
    Sample sample = attempt(whole, index, dataset::load);
    if (sample != null) {
      check(sample, whole);
      return new ImageResult(withoutMasks(sample.segments()), whole);
    }
    // One problem hides others: photograph and annotation are looked at on their own.
    List<Finding> parts = new ArrayList<>();
    List<Segment> segments = attempt(parts, index, dataset::segments);
    attempt(parts, index, dataset::image);
    return new ImageResult(
        segments == null ? List.of() : withoutMasks(segments), parts.isEmpty() ? whole : parts);
  }

  /** Label maps are large; only classes are needed after an image was checked. */
  private static List<Segment> withoutMasks(List<Segment> segments) {
    SegmentMask none = new SegmentMask.Polygons(List.of());
    return segments.stream().map(s -> new Segment(s.category(), s.crowd(), s.id(), none)).toList();
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
    if (sample.segments().isEmpty()) {
      findings.add(new Finding(Severity.NOTE, image + ": no annotation"));
    }
    long[] areas = SegmentAreas.of(sample);
    for (int s = 0; s < areas.length; s++) {
      Segment segment = sample.segments().get(s);
      String place = image + ", annotation " + segment.id() + ": ";
      if (areas[s] == 0) {
        findings.add(problem(place + "the mask has no pixel"));
      }
      if (segment.mask() instanceof SegmentMask.Polygons polygons) {
        outside(polygons, sample.image(), place, findings);
      }
    }
  }

  private static void outside(
      SegmentMask.Polygons polygons, RgbImage image, String place, List<Finding> findings) {
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

  private List<Finding> unused(List<ImageResult> results) {
    boolean[] used = new boolean[dataset.categories().size()];
    results.forEach(result -> result.segments.forEach(s -> used[s.category()] = true));
    List<String> names = new ArrayList<>();
    for (int k = 0; k < used.length; k++) {
      if (!used[k]) {
        names.add(dataset.categories().get(k).name());
      }
    }
    return names.isEmpty()
        ? List.of()
        : List.of(
            new Finding(
                Severity.NOTE,
                "%d of %d classes have no segment: %s"
                    .formatted(names.size(), used.length, String.join(", ", names))));
  }

  private String where(int index) {
    SampleInfo info = dataset.info(index);
    return info.file() + ": image " + info.imageId() + ": ";
  }

  private static Finding problem(String message) {
    return new Finding(Severity.PROBLEM, message);
  }
}
