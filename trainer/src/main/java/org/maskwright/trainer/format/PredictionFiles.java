package org.maskwright.trainer.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.annotation.MaskPolygons;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.datasets.picture.Palette;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.ImageResult;
import org.maskwright.trainer.result.KindFailure;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultKind;

/**
 * Predictions as files of labelling tools, in one format or several, written image by image.
 *
 * <pre>{@code
 * OutputFolder folder = OutputFolder.open(Path.of("out"));
 * ImageResult<?> result = predictor.result(kind, outputs);
 * ScoreThresholds shown = ScoreThresholds.everywhere(0.5);
 * try (var files =
 *     PredictionFiles.in(folder, List.of(PredictionFormats.get("labelme")), kind, classes, 0)) {
 *   files.add(photograph, "street.jpg", "street", result, shown);
 *   files.finish();
 * }
 * }</pre>
 *
 * <p><b>Lifecycle</b> Files of all images are there after {@link #finish()}, never in part. What
 * was not finished is discarded by {@link #close()}; files of single images stay.
 *
 * <p><b>Threads</b> one.
 */
public final class PredictionFiles implements Closeable {
  private record Started(PredictionFormat format, FormatWriter writer) {}

  private final OutputFolder folder;
  private final ResultFiles files;
  private final List<Started> started = new ArrayList<>();
  private int images;

  private PredictionFiles(OutputFolder folder) {
    this.folder = folder;
    this.files = ResultFiles.in(folder);
  }

  /**
   * Starts files in a folder, which is made; each format has a folder of its name in it.
   *
   * @param kind of the results
   * @param classes of the model
   * @param tolerance outlines may be this far from the masks' edges, in pixels; 0: they are the
   *     edges, and reading them gives the same masks again
   * @throws IllegalArgumentException if the kind is not made of segments, or the tolerance is
   *     negative or not finite
   * @throws org.maskwright.files.OutputException if a file cannot be started
   */
  public static PredictionFiles in(
      OutputFolder folder,
      List<PredictionFormat> formats,
      ResultKind<?> kind,
      ClassSpace classes,
      double tolerance) {
    if (!formats.isEmpty() && kind.segmented().isEmpty()) {
      throw new IllegalArgumentException(
          "task " + kind.name() + ": it is not made of segments, which all formats hold");
    }
    MaskPolygons polygons = new MaskPolygons(tolerance);
    FormatContext context = new FormatContext(categories(classes), kind.annotation(), polygons);
    PredictionFiles out = new PredictionFiles(folder);
    try {
      for (PredictionFormat format : formats) {
        out.start(format, context);
      }
      return out;
    } catch (RuntimeException e) {
      out.discard(e);
      throw e;
    }
  }

  private void start(PredictionFormat format, FormatContext context) {
    FormatWriter writer = run(format, () -> format.start(files, context));
    started.add(new Started(format, writer));
  }

  private void discard(RuntimeException failed) {
    try {
      close();
    } catch (IOException e) {
      failed.addSuppressed(e);
    }
  }

  /** The classes, numbered from 1 and in the colours that pictures of results have. */
  public static Categories categories(ClassSpace classes) {
    List<Category> list = new ArrayList<>();
    for (int i = 0; i < classes.size(); i++) {
      ClassSpace.Entry entry = classes.classes().get(i);
      OptionalInt rgb = OptionalInt.of(Palette.DEFAULT.category(i));
      list.add(new Category(i + 1, entry.name(), entry.thing(), rgb));
    }
    return Categories.of(list);
  }

  /**
   * Checks the names of an image's files before the work starts.
   *
   * @param output the image's name without ending
   * @throws org.maskwright.trainer.output.OutputRefusedException if there is a file of such a name
   *     that no command wrote
   */
  public void requireFree(String output) {
    for (Started one : started) {
      folder.requireFree(one.format.files(output).toArray(String[]::new));
    }
  }

  /**
   * Writes the result of an image.
   *
   * @param photograph the file
   * @param name of the photograph below the folder that all have in common, with slashes
   * @param output what files of this image are called, without ending; its own
   * @param thresholds instances with a score below are left out
   * @throws org.maskwright.files.OutputException if a file cannot be written
   */
  public void add(
      Path photograph,
      String name,
      String output,
      ImageResult<?> result,
      ScoreThresholds thresholds) {
    if (started.isEmpty()) {
      return;
    }
    Size size = new Size(result.frame().width(), result.frame().height());
    PredictedImage image =
        new PredictedImage(++images, photograph, name, output, size, result.segments(thresholds));
    for (Started one : started) {
      run(
          one.format,
          () -> {
            one.writer.add(image);
            return one;
          });
    }
  }

  /** Ends the files of all images and gives them their names. */
  public void finish() {
    for (Started one : started) {
      run(
          one.format,
          () -> {
            one.writer.end();
            return one;
          });
    }
    files.finish();
  }

  private <T> T run(PredictionFormat format, KindFailure.Work<T> work) {
    return KindFailure.named(
        "prediction format " + format.name(),
        format.getClass(),
        () -> {
          try {
            return work.run();
          } catch (IOException e) {
            throw OutputFile.failure(folder.path(), e);
          }
        });
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
