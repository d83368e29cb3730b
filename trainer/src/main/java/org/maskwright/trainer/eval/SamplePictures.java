package org.maskwright.trainer.eval;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.image.ImageWindows;
import org.maskwright.datasets.image.ShrunkPicture;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Palette;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.picture.PictureGrid;
import org.maskwright.trainer.result.ImageResult;
import org.maskwright.trainer.result.ImageResults;
import org.maskwright.trainer.result.ResultKind;

/** A sheet of some evaluated images: photograph, annotation, prediction. */
public final class SamplePictures {
  private static final int LONG_SIDE = 512;

  /** Of a picture that is not decoded whole, in which masks are drawn. */
  private static final int LARGE_SIDE = 1536;

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
  public SamplePictures(ResultKind<?> kind, ScoreThresholds thresholds, int count) {
    this.kind = kind;
    this.thresholds = thresholds;
    this.count = count;
  }

  /**
   * Whether an image is one of those drawn, which are spread evenly: neighbours in a data set, such
   * as the frames of a video, are often alike.
   *
   * @param place of the image among those evaluated, from 0
   * @param all images that are evaluated
   */
  boolean wants(int place, int all) {
    return (long) place * count % all < count;
  }

  /**
   * Adds an image with what an evaluation of the same data set found in it.
   *
   * @return false if that was not kept
   */
  public boolean add(Dataset dataset, int index, KeptResults kept) {
    Optional<ImageResults> results = kept.of(dataset.info(index).imageId());
    results.ifPresent(found -> add(dataset, index, dataset.segments(index), found));
    return results.isPresent();
  }

  void add(Dataset dataset, int index, List<Segment> truth, ImageResults results) {
    if (rows.size() >= count) {
      return;
    }
    ImageResult<?> result = results.of(kind);
    Size size = new Size(result.frame().width(), result.frame().height());
    boolean large = (long) size.width() * size.height() > ImageWindows.WHOLE_PIXELS;
    Size shown = large ? ShrunkPicture.size(size, LARGE_SIDE) : size;
    RgbImage photo = large ? shrunk(dataset, index, shown) : dataset.image(index).shown();
    Overlay overlay =
        Overlay.on(photo.data(), photo.width(), photo.height())
            .withPalette(Palette.of(dataset.categories()))
            .withMinLongSide(LONG_SIDE)
            .withMaxLongSide(LONG_SIDE);
    rows.add(
        new Row(
            dataset.info(index).imageId(),
            overlay.plain(),
            truth(overlay, size, shown, truth, dataset.categories()),
            (large ? result.sampled(shown) : result).picture(overlay, thresholds)));
  }

  private static RgbImage shrunk(Dataset dataset, int index, Size size) {
    try (ImageWindows picture = ImageWindows.open(dataset, index)) {
      return ShrunkPicture.of(picture, size);
    }
  }

  private static Picture truth(
      Overlay overlay, Size size, Size shown, List<Segment> truth, Categories categories) {
    List<OverlayInstance> segments = new ArrayList<>();
    for (Segment s : truth) {
      Rle mask = s.mask().toRle(size);
      Rle drawn = shown.equals(size) ? mask : sampled(mask, shown);
      Category category = categories.get(s.category());
      OverlayInstance one = new OverlayInstance(drawn, s.category(), category.name(), Double.NaN);
      segments.add(category.thing() ? one : one.asStuff());
    }
    return overlay.instances(segments);
  }

  private static Rle sampled(Rle mask, Size size) {
    return mask.sampled(size.height(), size.width());
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

  /** What was drawn, in the order in which it was added. */
  public List<Row> rows() {
    return List.copyOf(rows);
  }
}
