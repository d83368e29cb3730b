package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.datasets.transform.SemanticMap;
import org.maskwright.trainer.config.ConfigFile;

/** The configurations for data of one's own, on such data as they come out of tools. */
class OwnDataIT {
  private static final int VOID = 255;

  /** A smaller model on smaller images. */
  private static final List<String> SMALL =
      List.of(
          "engine { backend = torch, device = cpu, threads = 1 }",
          "model { hidden-dim = 32, mask-dim = 32 }",
          "model.backbone.resnet { blocks = [1, 1, 1, 1], width = 8 }",
          "model.pixel-decoder.deformable { layers = 1, heads = 2, feedforward-dim = 32 }",
          "model.decoder.masked-attention { queries = 12, layers = 2, heads = 2, feedforward-dim = 32 }",
          "augment.lsj { height = 64, width = 64 }",
          "criterion.points.points = 64",
          "train { steps = 2, batch-size = 2, log-every = 1 }",
          "schedule.warmup-steps = 0",
          "eval { short-edge = 64, max-size = 64, samples = 1, max-instances = 12 }");

  @TempDir private Path temp;
  private final StringWriter said = new StringWriter();

  private RunSummary train(String task, Path data, String... more) throws IOException {
    List<String> lines = new ArrayList<>(SMALL);
    lines.add(
        0,
        "include required(file(\"%s\"))"
            .formatted(Path.of("../configs/own", task + ".conf").toAbsolutePath()));
    lines.addAll(List.of(more));
    Path file = Files.write(temp.resolve("small.conf"), lines);
    return TrainingRun.start(
        temp.resolve("run"),
        ConfigFile.load(file, List.of("data.root=" + data)),
        new Console(new PrintWriter(said), false),
        List.of(),
        () -> false);
  }

  private Path scenes() {
    Path scenes = temp.resolve("scenes");
    Scenes.write(scenes, new ScenesConfig(3, 10, 2, 64, 64, 3));
    return scenes;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to);
  }

  /** As CVAT writes it: one annotation file, the photographs of all in one folder. */
  private Path export() throws IOException {
    Path out = temp.resolve("export");
    copy(
        scenes().resolve("annotations/instances_train.json"),
        out.resolve("annotations/instances_default.json"));
    for (String name : photographs()) {
      copy(scenes().resolve("images/train").resolve(name), out.resolve("images").resolve(name));
    }
    return out;
  }

  private List<String> photographs() throws IOException {
    try (var files = Files.list(scenes().resolve("images/train"))) {
      return files.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  /** Photographs and PNGs of class indices. */
  private Path masks() throws IOException {
    Path out = temp.resolve("masks");
    Files.createDirectories(out.resolve("labels"));
    Dataset panoptic = DatasetOpener.open(DatasetSettings.of("auto", scenes(), "train"));
    for (int i = 0; i < panoptic.size(); i++) {
      Sample sample = panoptic.load(i);
      Path photo = sample.info().file();
      copy(photo, out.resolve("images").resolve(photo.getFileName()));
      LabelPng.writeGrey8(
          out.resolve("labels").resolve(photo.getFileName().toString().replace(".jpg", ".png")),
          SemanticMap.of(sample.segments(), sample.image().width(), sample.image().height(), VOID));
    }
    return out;
  }

  @Test
  void anExportOfALabellingToolTrainsInstances() throws IOException {
    RunSummary summary = train("instance", export());
    assertEquals(2, summary.step());
    assertTrue(summary.last().orElseThrow().metrics().containsKey("instance.AP"));
    assertTrue(said.toString().contains("kept, 9 images"), said.toString());
    assertTrue(said.toString().contains("held out, 1 images"), said.toString());
    assertFalse(said.toString().contains("warning: "), said.toString());
  }

  @Test
  void aFolderOfMasksTrainsClasses() throws IOException {
    RunSummary summary = train("semantic", masks());
    assertEquals(2, summary.step());
    assertTrue(summary.last().orElseThrow().metrics().containsKey("semantic.mIoU"));
    assertFalse(said.toString().contains("class 255"), said.toString());
    assertFalse(said.toString().contains("warning: "), said.toString());
  }

  @Test
  void anExportOfObjectsTrainsClassesAndBackground() throws IOException {
    RunSummary summary = train("semantic", export());
    assertEquals(2, summary.step());
    assertTrue(said.toString().contains("note: "), said.toString());
    assertTrue(said.toString().contains("is the class \"background\""), said.toString());
  }

  /** Masks as many tools draw them, black and white: 255 is void to the configuration. */
  private Path blackAndWhite() throws IOException {
    Path out = temp.resolve("black and white");
    for (String name : photographs()) {
      copy(scenes().resolve("images/train").resolve(name), out.resolve("images").resolve(name));
      int[] labels = new int[64 * 64];
      Arrays.fill(labels, 1000, 2000, 255);
      Files.createDirectories(out.resolve("masks"));
      LabelPng.writeGrey8(
          out.resolve("masks").resolve(name.replace(".jpg", ".png")), new LabelMap(64, 64, labels));
    }
    return out;
  }

  @Test
  void oneClassAndVoidIsRefusedBeforeTrainingAndLeavesNoRun() throws IOException {
    Path data = blackAndWhite();
    DatasetException e = assertThrows(DatasetException.class, () -> train("semantic", data));
    assertTrue(e.getMessage().contains("every labelled pixel is of one class"), e.getMessage());
    assertTrue(e.getMessage().contains("24 % of the pixels are void"), e.getMessage());
    assertTrue(e.getMessage().contains("data.single-class = allow"), e.getMessage());
    assertFalse(Files.exists(temp.resolve("run")));
  }

  @Test
  void oneClassIsTrainedWhereItIsAskedFor() throws IOException {
    train("semantic", blackAndWhite(), "data.single-class = allow");
    assertTrue(said.toString().contains("warning: "), said.toString());
  }

  @Test
  void crowdsAloneAreRefusedByTheirName() throws IOException {
    Path data = export();
    Path json = data.resolve("annotations/instances_default.json");
    Files.writeString(
        json, Files.readString(json).replaceAll("\"iscrowd\":\\s*0", "\"iscrowd\":1"));
    DatasetException e = assertThrows(DatasetException.class, () -> train("instance", data));
    assertTrue(e.getMessage().contains("iscrowd"), e.getMessage());
  }

  @Test
  void dataWithPartsOfItsOwnIsEvaluatedOnThem() throws IOException {
    train("panoptic", scenes());
    assertTrue(said.toString().contains("panoptic_val.json, 2 images"), said.toString());
  }

  @Test
  void whatIsEvaluatedOnItsTrainingImagesIsSaid() throws IOException {
    train("instance", export(), "data.train.hold-out = 0", "data.val.hold-out = 0");
    assertTrue(said.toString().contains("warning: 10 of the 10 images"), said.toString());
  }

  @Test
  void aFrozenNormOverRandomValuesIsSaid() throws IOException {
    train("instance", export(), "model.backbone.resnet.norm = frozen");
    assertTrue(said.toString().contains("set init.backbone"), said.toString());
  }
}
