package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.video.VideoDataset;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.modelzoo.postprocess.PanopticMap;
import org.maskwright.modelzoo.postprocess.SemanticMap;
import org.maskwright.trainer.output.OutputFolder;

class ResultFilesTest {
  private static final Dataset CATS =
      new VideoDataset(
          "cats", Categories.things("cat"), Set.of(), Channels.RGB, List.of(), List.of());

  @TempDir private Path folder;

  private static SampleInfo image(String id, String file) {
    return new SampleInfo(ImageId.of(id), Path.of(file), 2, 1);
  }

  private void write(boolean finished, SampleInfo... images) throws IOException {
    try (ResultFiles files = ResultFiles.in(OutputFolder.open(folder))) {
      var instances = files.start(new InstanceKind(), CATS).orElseThrow();
      var panoptic = files.start(new PanopticKind(), CATS).orElseThrow();
      var semantic = files.start(new SemanticKind(), CATS).orElseThrow();
      for (SampleInfo image : images) {
        instances.add(image, new InstanceSet(List.of()));
        panoptic.add(image, new PanopticMap(1, 2, new int[2], List.of()));
        semantic.add(image, new SemanticMap(1, 2, new int[2]));
      }
      if (finished) {
        files.finish();
      }
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .map(f -> folder.relativize(f).toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  @Test
  void anEvaluationThatFailedLeavesNoJsonNotEvenThatOfAnEarlierOne() throws IOException {
    SampleInfo image = image("a", "a.jpg");
    write(true, image);
    assertEquals(
        List.of("instances.json", "panoptic.json", "panoptic/a.png", "semantic/a.png"), files());
    assertEquals("[]", Files.readString(folder.resolve("instances.json")));
    assertTrue(Files.readString(folder.resolve("panoptic.json")).contains("\"name\":\"cat\""));
    write(false, image);
    assertEquals(List.of("panoptic/a.png", "semantic/a.png"), files());
  }

  @Test
  void imagesOfOneNameHaveFilesOfTheirOwnInsideTheFolder() throws IOException {
    write(
        true,
        image("1", "left/x.jpg"),
        image("2", "right/x.png"),
        image("left/y", "left/y.jpg"),
        image("../../z:", "z.jpg"));
    List<String> pictures = files().stream().filter(f -> f.startsWith("semantic")).toList();
    assertEquals(
        List.of("semantic/_/_/z_.png", "semantic/left/y.png", "semantic/x-2.png", "semantic/x.png"),
        pictures);
    String json = Files.readString(folder.resolve("panoptic.json"));
    assertTrue(json.contains("\"image_id\":\"2\",\"file_name\":\"x-2.png\""), json);
    assertFalse(json.contains("\"file_name\":\".."), json);
  }
}
