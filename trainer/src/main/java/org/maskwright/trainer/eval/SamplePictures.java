package org.maskwright.trainer.eval;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Palette;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.picture.PictureGrid;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.Truth;

/** A sheet of the first evaluated images: photograph, annotation, prediction. */
public final class SamplePictures {
  private static final int LONG_SIDE = 384;

  private final Predictor predictor;
  private final ResultKind<?> kind;
  private final ScoreThresholds thresholds;
  private final int count;
  private final List<Row> rows = new ArrayList<>();

  /** The pictures of an image. */
  public record Row(ImageId image, Picture photograph, Picture annotation, Picture prediction) {}

  /**
   * For {@code count} images.
   *
   * @param kind of the predictions
   * @param thresholds instances with a score below are left out
   */
  public SamplePictures(
      Predictor predictor, ResultKind<?> kind, ScoreThresholds thresholds, int count) {
    this.predictor = predictor;
    this.kind = kind;
    this.thresholds = thresholds;
    this.count = count;
  }

  void add(Dataset dataset, int index, List<Segment> truth, ImageOutputs outputs) {
    if (rows.size() >= count) {
      return;
    }
    RgbImage photo = dataset.image(index);
    Overlay overlay =
        Overlay.on(photo.data(), photo.width(), photo.height())
            .withPalette(Palette.of(dataset.categories()));
    rows.add(
        new Row(
            dataset.info(index).imageId(),
            overlay.plain().resized(LONG_SIDE),
            truth(overlay, photo, truth, dataset.categories()).resized(LONG_SIDE),
            predictor.result(kind, outputs).picture(overlay, thresholds).resized(LONG_SIDE)));
  }

  private static Picture truth(
      Overlay overlay, RgbImage photo, List<Segment> truth, Categories categories) {
    Size size = new Size(photo.width(), photo.height());
    List<OverlayInstance> segments = new ArrayList<>();
    for (Segment s : truth) {
      byte[] mask = Truth.rle(s.mask(), size).toBitmap();
      segments.add(new OverlayInstance(mask, s.category(), categories.get(s.category()).name()));
    }
    return overlay.instances(segments);
  }

  /** Writes the sheet, if an image was added. */
  public void write(Path file) {
    if (rows.isEmpty()) {
      return;
    }
    PictureGrid grid = new PictureGrid(3);
    for (Row row : rows) {
      grid.add(row.photograph(), "image " + row.image());
      grid.add(row.annotation(), "annotation");
      grid.add(row.prediction(), "prediction (" + kind.name() + ")");
    }
    grid.draw().writePng(file);
  }

  /** What was drawn, in the order of the evaluation. */
  public List<Row> rows() {
    return List.copyOf(rows);
  }
}
