package org.maskwright.datasets.captions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.Word;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.transform.Augmentation;

class CaptionedDatasetTest {
  private static final WordFinder WORDS =
      new WordFinder(
          List.of(
              new Word("dog", new float[] {1, 0}),
              new Word("ball", new float[] {0, 1}),
              new Word("sofa", new float[] {1, 1})));

  @TempDir private Path dir;

  @BeforeEach
  void pictures() throws IOException {
    byte[] png = Picture.ofRgb(new byte[3 * 4 * 4], 4, 4).toPng();
    for (String name :
        List.of("000000000139.png", "b.png", "more/c.png", "x/same.png", "y/same.png")) {
      Path file = dir.resolve("images").resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, png);
    }
    Files.writeString(dir.resolve("images/readme.md"), "");
  }

  private Dataset opened() {
    return DatasetOpener.open(DatasetSettings.of("pictures", dir, ""), Optional.of(Task.INSTANCE));
  }

  private CaptionedDataset captioned(String... rows) throws IOException {
    Path file = Files.write(dir.resolve("captions.tsv"), List.of(rows));
    return CaptionedDataset.of(opened(), List.of(new CaptionFile(file)), WORDS);
  }

  @Test
  void photographsWithoutMasksAreADataSetOfOneClass() {
    Dataset set = opened();
    assertEquals(5, set.size());
    assertEquals("more/c", set.info(2).imageId().toString());
    assertEquals(List.of("object"), set.categories().names());
    assertTrue(set.load(2).segments().isEmpty());
    assertFalse(set.hasTargets(2));
    assertEquals(4, set.image(4).width());
  }

  @Test
  void aPictureHasTheWordsOfAllItsCaptionsOnce() throws IOException {
    CaptionedDataset set =
        captioned(
            "139\ttwo dogs",
            "b.png\tnothing known",
            "000000000139.jpg\ta dog on a sofa",
            "c\ta ball");
    assertEquals(List.of("dog", "sofa"), words(set, 0));
    assertEquals(List.of(), words(set, 1));
    assertEquals(List.of("ball"), words(set, 2));
    assertTrue(set.hasWords(0));
    assertFalse(set.hasWords(1));
    assertEquals(set.words(0), set.load(0).words());
    assertTrue(
        set.notes()
            .get(0)
            .contains(
                "captions: 4, with some of the 3 words: 3; pictures with words: 2 of 5, with captions that have none: 1, without a caption: 2"),
        set.notes().get(0));
  }

  private static List<String> words(CaptionedDataset set, int index) {
    return set.words(index).stream().map(Word::text).toList();
  }

  @Test
  void captionsThatAreLeftOutAreTold() throws IOException {
    CaptionedDataset set = captioned("gone.jpg\ta dog", "b\ta dog", "c\t ", "same.png\ta ball");
    String notes = String.join("\n", set.notes());
    assertTrue(
        notes.contains("captions of pictures that are not there, left out: 1 (gone.jpg)"), notes);
    assertTrue(notes.contains("captions that say nothing, left out: 1 (c)"), notes);
    assertTrue(
        notes.contains("captions of a name that several pictures have, left out: 1 (same.png)"),
        notes);
    assertFalse(set.hasWords(3));
    assertFalse(set.hasWords(4));
  }

  @Test
  void captionsOfOtherPicturesOrWithoutAWordAreRefused() {
    assertTrue(
        assertThrows(DatasetException.class, () -> captioned("z\ta dog"))
            .getMessage()
            .contains("none of the 1"));
    assertTrue(
        assertThrows(DatasetException.class, () -> captioned("b\t ", "c\t"))
            .getMessage()
            .contains("got 2 in"));
    assertTrue(
        assertThrows(DatasetException.class, () -> captioned("b\tein Hund"))
            .getMessage()
            .contains("language"));
  }

  @Test
  void wordsComeWithTheExampleWhateverIsCut() throws IOException {
    CaptionedDataset set = captioned("b\ta dog");
    TrainingExample example =
        Augmentation.none(Task.INSTANCE)
            .apply(set.load(1), set.categories(), new SplittableRandom(1));
    assertEquals(set.words(1), example.words());
    assertEquals(List.of(), example.withWords(List.of()).words());
    assertEquals(example.info(), example.withWords(List.of()).info());
  }

  @Test
  void aThousandCaptionsOfAPictureAreOneSetOfWords() throws IOException {
    String[] rows = new String[1000];
    Arrays.fill(rows, "b\ta dog, a ball, a sofa, a dog");
    assertEquals(3, captioned(rows).words(1).size());
  }
}
