package org.maskwright.trainer.annotate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.MaskPolygons;
import org.maskwright.datasets.coco.CocoInstanceDataset;
import org.maskwright.datasets.convert.Conversion;
import org.maskwright.datasets.convert.ConversionTarget;
import org.maskwright.datasets.image.PhotographSize;
import org.maskwright.datasets.labels.LabelFile;
import org.maskwright.datasets.labels.LabelState;
import org.maskwright.datasets.picture.Palette;
import org.maskwright.files.OutputFile;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.format.FormatContext;
import org.maskwright.trainer.format.FormatWriter;
import org.maskwright.trainer.format.PredictedImage;
import org.maskwright.trainer.format.PredictionFormat;
import org.maskwright.trainer.format.PredictionFormats;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultSegment;

/**
 * Labels in the formats of other tools: the layouts of {@code data convert}, photographs included,
 * and those formats of {@code predict} that are none of them. Pictures without any label, and
 * objects that nobody drew, are left out.
 */
final class Exports {
  private final LabelFile labels;
  private final Path folder;
  private final Path work;

  /**
   * What was written.
   *
   * @param folder where it is
   */
  record Written(Path folder, int pictures) {}

  Exports(LabelFile labels, Path folder, Path work) {
    this.labels = labels;
    this.folder = folder;
    this.work = work;
  }

  /** The names of the formats. */
  static List<String> formats() {
    Set<String> names = new LinkedHashSet<>(Conversion.targets());
    names.addAll(PredictionFormats.names());
    return List.copyOf(names);
  }

  /**
   * Writes all pictures with labels into a new folder.
   *
   * @throws IllegalArgumentException if there is no such format, or nothing is labelled
   * @throws org.maskwright.datasets.DatasetException if a picture cannot be read
   * @throws org.maskwright.files.OutputException if a file cannot be written
   */
  Written write(String format) {
    if (!formats().contains(format)) {
      throw new IllegalArgumentException(
          "format: expected one of %s, got \"%s\"".formatted(formats(), format));
    }
    Path copy = work.resolve("export.json");
    int pictures = labels.copy(copy, i -> labels.labels(i).state() != LabelState.UNLABELLED);
    if (pictures == 0) {
      throw new IllegalArgumentException("nothing is labelled yet: draw an object first");
    }
    Path out = free(format);
    Dataset dataset = CocoInstanceDataset.open(copy, DataFolder.of(folder));
    if (Conversion.targets().contains(format)) {
      ConversionTarget target = Conversion.target(format);
      Conversion.write(Map.of("", dataset), target, out);
    } else {
      write(dataset, PredictionFormats.get(format), out);
    }
    return new Written(out, pictures);
  }

  private Path free(String format) {
    int number = 1;
    while (Files.exists(work.resolve("export-%s-%d".formatted(format, number)))) {
      number++;
    }
    return work.resolve("export-%s-%d".formatted(format, number));
  }

  private static void write(Dataset dataset, PredictionFormat format, Path out) {
    List<Photograph> photographs = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      Path file = dataset.info(i).file();
      photographs.add(new Photograph(file, file.getFileName().toString()));
    }
    List<String> names = Photographs.outputNames(photographs);
    FormatContext context =
        new FormatContext(
            coloured(dataset.categories()), Optional.of(Task.INSTANCE), MaskPolygons.EXACT);
    try (ResultFiles files = ResultFiles.in(OutputFolder.open(out))) {
      FormatWriter writer = format.start(files, context);
      for (int i = 0; i < dataset.size(); i++) {
        Photograph photograph = photographs.get(i);
        Size size = PhotographSize.of(photograph.file());
        writer.add(
            new PredictedImage(
                i + 1,
                photograph.file(),
                photograph.name(),
                names.get(i),
                size,
                drawn(dataset.segments(i), size)));
      }
      writer.end();
      files.finish();
    } catch (IOException e) {
      throw OutputFile.failure(out, e);
    }
  }

  /** With the ids that formats of predictions have, and the colours of pictures. */
  private static Categories coloured(Categories categories) {
    List<Category> list = new ArrayList<>();
    Palette palette = Palette.of(categories);
    for (int i = 0; i < categories.size(); i++) {
      Category c = categories.get(i);
      list.add(new Category(i + 1, c.name(), c.thing(), OptionalInt.of(palette.category(i))));
    }
    return Categories.of(list);
  }

  private static List<ResultSegment> drawn(List<Segment> segments, Size size) {
    return segments.stream()
        .filter(segment -> !(segment.mask() instanceof SegmentMask.Weak))
        .map(segment -> new ResultSegment(segment.category(), 1, segment.mask().toRle(size)))
        .filter(segment -> segment.mask().area() > 0)
        .toList();
  }
}
