package org.maskwright.datasets.captions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.clip.Photographs;
import org.maskwright.datasets.scenes.CaptionShapes;
import org.maskwright.datasets.scenes.ShapePicturesConfig;
import org.maskwright.datasets.transform.Augmentation;

class ToldDatasetTest {
  @TempDir private Path temp;

  private DatasetSettings settings(String captions) throws IOException {
    CaptionShapes.write(temp, new ShapePicturesConfig(1, 4, 0, 32), root -> {});
    Path file = temp.resolve("told.tsv");
    Files.writeString(file, captions);
    return DatasetSettings.of("coco-instance", temp, "train")
        .withPlaces("images/train", "annotations/shapes_train.json")
        .withCaptions(List.of("told.tsv"));
  }

  @Test
  void sentencesAreOfTheirPictures() throws IOException {
    Dataset told =
        DatasetOpener.open(
            settings("000002.png\t a disc \n2.png\tTwo Dïscs!\n000004.png\tred\n"),
            Task.SEMANTIC);
    assertEquals(List.of(), told.captions(0));
    assertEquals(List.of("a disc", "Two Dïscs!"), told.captions(1));
    assertEquals(List.of("red"), told.captions(3));
  }

  @Test
  void whatIsLeftOutIsSaid() throws IOException {
    Dataset told =
        DatasetOpener.open(
            settings("000001.png\ta\n000009.png\tnobody\n000002.png\t \n"), Task.INSTANCE);
    String notes = String.join("\n", told.notes());
    assertTrue(notes.contains("captions: 3; pictures with captions: 1 of 4"), notes);
    assertTrue(notes.contains("that say nothing, left out: 1 (000002.png)"), notes);
    assertTrue(notes.contains("of pictures that are not there, left out: 1 (000009.png)"), notes);
  }

  @Test
  void captionsOfOtherPicturesAloneAreRefused() throws IOException {
    DatasetSettings other = settings("x.png\ta\n");
    String message =
        assertThrows(DatasetException.class, () -> DatasetOpener.open(other, Task.INSTANCE))
            .getMessage();
    assertTrue(message.contains("none of the 1"), message);
  }

  @Test
  void aHoldOutHasTheCaptionsOfItsPictures() throws IOException {
    String captions = "1\tone\n2\ttwo\n3\tthree\n4\tfour\n";
    Dataset part =
        DatasetOpener.open(settings(captions).withHoldOut(2).withSplit("val"), Task.INSTANCE);
    assertEquals(2, part.size());
    for (int i = 0; i < part.size(); i++) {
      int number = Integer.parseInt(part.info(i).file().getFileName().toString().substring(0, 6));
      assertEquals(
          List.of(List.of("one", "two", "three", "four").get(number - 1)), part.captions(i));
    }
  }

  @Test
  void anExampleHasOneOfThePicturesCaptions() throws IOException {
    Dataset told =
        DatasetOpener.open(
            settings("1\ta\n1\tb\n1\tc\n2\td\n3\te\n4\tf\n"), Task.INSTANCE);
    ToldExamples examples =
        new ToldExamples(new Photographs(told, Augmentation.none(Task.INSTANCE)), told);
    Set<String> seen = new HashSet<>();
    for (int seed = 0; seed < 40; seed++) {
      String caption = examples.example(0, new Random(seed)).caption().orElseThrow();
      assertEquals(caption, examples.example(0, new Random(seed)).caption().orElseThrow());
      seen.add(caption);
    }
    assertEquals(Set.of("a", "b", "c"), seen);
    assertEquals("d", examples.example(1, new Random(1)).caption().orElseThrow());
  }
}
