package org.maskwright.trainer.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.CheckReport;
import org.maskwright.datasets.catalog.CheckReport.Severity;
import org.maskwright.datasets.catalog.DataCheck;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.PanopticMap;
import org.maskwright.modelzoo.postprocess.SemanticMap;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.ImageResult;
import org.maskwright.trainer.result.PanopticKind;
import org.maskwright.trainer.result.SemanticKind;

/** A folder of predictions with the photographs put into it is a data set. */
class PredictionsAsDataTest {
  private static final int W = 37;
  private static final int H = 29;
  private static final Size SIZE = new Size(W, H);
  private static final List<String> PHOTOGRAPHS = List.of("one/x", "one/y", "two/z");
  private static final ClassSpace CLASSES =
      new ClassSpace(
          List.of(
              new ClassSpace.Entry("cell", true),
              new ClassSpace.Entry("a \"sky\": blue, # <wide>", false),
              new ClassSpace.Entry("Zellkörper's", true)));

  @TempDir private Path temp;

  /** Two things, one with a hole, and stuff of two parts. */
  private static PanopticMap panoptic() {
    int[] ids = new int[W * H];
    Arrays.fill(ids, 0, 5 * W, 1);
    Arrays.fill(ids, 24 * W, H * W, 1);
    for (int y = 8; y < 20; y++) {
      Arrays.fill(ids, y * W + 4, y * W + 15, 2);
      Arrays.fill(ids, y * W + 15, y * W + 30, 3);
    }
    ids[10 * W + 10] = 0;
    return new PanopticMap(
        H,
        W,
        ids,
        List.of(
            new PanopticMap.Segment(1, 1, false, 0.7),
            new PanopticMap.Segment(2, 0, true, 0.9),
            new PanopticMap.Segment(3, 2, true, 0.8)));
  }

  private static ImageResult<?> result(String task) {
    ImageFrame frame = ImageFrame.unchanged(H, W);
    if (task.equals("panoptic")) {
      return new ImageResult<>(new PanopticKind(), panoptic(), frame, CLASSES);
    }
    int[] labels = panoptic().ids().clone();
    Arrays.setAll(labels, i -> Math.max(0, labels[i] - 1));
    return new ImageResult<>(new SemanticKind(), new SemanticMap(H, W, labels), frame, CLASSES);
  }

  /** Writes the results, and the photographs where the format looks for them. */
  private Path predicted(String format, String task, String photographs) throws IOException {
    ImageResult<?> result = result(task);
    Path out = temp.resolve("out");
    List<PredictionFormat> formats = List.of(PredictionFormats.get(format));
    try (PredictionFiles files =
        PredictionFiles.in(OutputFolder.open(out), formats, result.kind(), CLASSES, 0)) {
      for (String name : PHOTOGRAPHS) {
        Path photograph = temp.resolve("photos").resolve(name + ".png");
        files.add(photograph, name + ".png", name, result, ScoreThresholds.everywhere(0.5));
      }
      files.finish();
    }
    for (String name : PHOTOGRAPHS) {
      Path photograph = out.resolve(format).resolve(photographs).resolve(name + ".png");
      Files.createDirectories(photograph.getParent());
      ImageIO.write(
          new BufferedImage(W, H, BufferedImage.TYPE_INT_RGB), "png", photograph.toFile());
    }
    return out.resolve(format);
  }

  private static List<String> problems(Path folder) {
    CheckReport report = DataCheck.run(DatasetSettings.of("auto", folder, ""));
    return report.findings().stream()
        .filter(finding -> finding.severity() == Severity.PROBLEM)
        .map(CheckReport.Finding::message)
        .toList();
  }

  private static List<String> content(Dataset dataset) {
    List<String> content = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      for (Segment segment : dataset.segments(i)) {
        content.add(text(dataset, segment.category(), segment.mask().toRle(SIZE)));
      }
    }
    return content.stream().sorted().toList();
  }

  private static String text(Dataset dataset, int category, Rle mask) {
    return dataset.categories().get(category).name() + " " + mask.toCompressedString();
  }

  private static List<String> expected(String task) {
    List<String> expected = new ArrayList<>();
    result(task)
        .segments(ScoreThresholds.everywhere(0.5))
        .forEach(
            s ->
                expected.add(
                    CLASSES.classes().get(s.classIndex()).name()
                        + " "
                        + s.mask().toCompressedString()));
    return PHOTOGRAPHS.stream().flatMap(name -> expected.stream()).sorted().toList();
  }

  @ParameterizedTest
  @CsvSource({
    "coco, panoptic, images",
    "coco, semantic, images",
    "labelme, panoptic, .",
    "labelme, semantic, .",
    "yolo, panoptic, images/train",
    "yolo, semantic, images/train"
  })
  void aFormatOfObjectsIsReadAsItWasPredicted(String format, String task, String photographs)
      throws IOException {
    Path folder = predicted(format, task, photographs);
    assertEquals(List.of(), problems(folder));
    Dataset read =
        DatasetOpener.open(DatasetSettings.of("auto", folder, ""), Optional.of(Task.INSTANCE));
    assertEquals(PHOTOGRAPHS.size(), read.size());
    assertEquals(expected(task), content(read));
  }

  @Test
  void cocosPanopticFileIsReadAsItWasPredicted() throws IOException {
    Path folder = predicted("coco", "panoptic", "images");
    Dataset read =
        DatasetOpener.open(DatasetSettings.of("auto", folder, ""), Optional.of(Task.PANOPTIC));
    assertEquals(expected("panoptic"), content(read));
  }

  @ParameterizedTest
  @CsvSource({"semantic", "panoptic"})
  void masksAreReadAsClassesOfPixels(String task) throws IOException {
    Path folder = predicted("masks", task, "images");
    DatasetSettings settings =
        DatasetSettings.of("auto", folder, "").withClasses(List.of(), List.of(255));
    assertEquals(
        List.of(), DataCheck.run(settings).findings().stream().map(f -> f.message()).toList());
    Dataset read = DatasetOpener.open(settings, Optional.of(Task.SEMANTIC));
    assertEquals(CLASSES.size(), read.categories().size());
    assertEquals(expected(task), content(read));
  }
}
