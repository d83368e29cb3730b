package org.maskwright.datasets.weak;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.annotation.Annotated;
import org.maskwright.datasets.annotation.CocoInstancesFile;
import org.maskwright.datasets.catalog.ImageSize;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;

/**
 * The objects of a data set with points and boxes in place of masks, as an instances file of COCO
 * in the form of PointSup (arXiv 2104.06404). Stuff is left out; crowds keep their masks.
 */
public final class WeakFile {
  private final Dataset dataset;
  private final Path folder;
  private int images;
  private long objects;
  private long points;
  private long inside;

  private WeakFile(Dataset dataset, Path folder) {
    this.dataset = dataset;
    this.folder = folder.toAbsolutePath().normalize();
  }

  /**
   * What was written.
   *
   * @param images of the data set
   * @param objects that are no crowds
   * @param points of all objects
   * @param inside those of them that are inside
   */
  public record Report(int images, long objects, long points, long inside) {}

  /**
   * Writes a file.
   *
   * @param dataset whose objects have points or boxes
   * @param folder below which the photographs lie; their names are relative to it
   * @throws OutputException if the file is there or cannot be written
   * @throws DatasetException if an annotation cannot be read, or a photograph is not below the
   *     folder
   */
  public static Report write(Dataset dataset, Path folder, Path file) {
    if (Files.exists(file)) {
      throw new OutputException(file, "is there already; name another with --out", null);
    }
    WeakFile written = new WeakFile(dataset, folder);
    JsonContent content = written::content;
    OutputFile.writeDurably(file, content.file());
    return new Report(written.images, written.objects, written.points, written.inside);
  }

  private void content(JsonGenerator json) throws IOException {
    CocoInstancesFile out = new CocoInstancesFile(json, dataset.categories());
    for (int i = 0; i < dataset.size(); i++) {
      List<Segment> segments = dataset.segments(i);
      Size size = ImageSize.of(dataset, i, segments);
      List<Annotated> annotated = new ArrayList<>();
      for (Segment segment : segments) {
        if (dataset.categories().isThing(segment.category())) {
          annotated.add(Annotated.drawn(segment));
          count(segment);
        }
      }
      out.add(name(i), size, annotated);
      images++;
    }
    out.end();
  }

  private void count(Segment segment) {
    objects += segment.crowd() ? 0 : 1;
    if (segment.mask() instanceof SegmentMask.Weak weak) {
      PointLabels labels = weak.label().points();
      points += labels.count();
      for (int p = 0; p < labels.count(); p++) {
        inside += labels.inside(p) ? 1 : 0;
      }
    }
  }

  private String name(int index) {
    Path photo = dataset.info(index).file().toAbsolutePath().normalize();
    if (!photo.startsWith(folder)) {
      throw DatasetException.ofFile(
          photo, "expected a photograph below %s, to be named relative to it".formatted(folder));
    }
    return folder.relativize(photo).toString().replace('\\', '/');
  }
}
