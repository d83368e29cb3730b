package org.maskwright.trainer.caption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.Word;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.datasets.clip.Photographs;
import org.maskwright.datasets.scenes.CaptionShapes;
import org.maskwright.datasets.scenes.ShapePicturesConfig;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.trainer.loss.Supervision;

class CaptionsTest {
  private static final int WIDTH = 16;

  @TempDir private Path dir;

  private Captions.Settings settings(Captions.Drawn drawn, double drop) {
    return new Captions.Settings(
        List.of(root().resolve("annotations/captions_train.json")),
        root().resolve("bank.safetensors"),
        drawn,
        drop,
        1,
        GroundingTerm.Regions.QUERIES);
  }

  private Path root() {
    Path root = dir.resolve("shapes");
    CaptionShapes.write(
        root,
        new ShapePicturesConfig(1, 12, 40, 32),
        r ->
            ComposedBank.of(CaptionShapes.classes(), WIDTH, 7)
                .write(r.resolve("bank.safetensors")));
    return root;
  }

  private Dataset opened(String file) {
    String split = file.substring(file.indexOf('_') + 1);
    return DatasetOpener.open(
        DatasetSettings.of("coco-instance", root(), split)
            .withPlaces("images/" + split, "annotations/" + file + ".json"),
        Task.INSTANCE);
  }

  private static Set<String> shown(Dataset set, int index) {
    Set<String> out = new HashSet<>();
    set.segments(index).forEach(s -> out.add(set.categories().get(s.category()).name()));
    return out;
  }

  @Test
  void captionsNameWhatPicturesShowAndTrainingShowsNoHeldOutCombination() {
    Dataset told = settings(Captions.Drawn.MASKS, 0).annotation(opened("objects_train"));
    Dataset named = opened("shapes_train");
    assertEquals(List.of("object"), told.categories().names());
    assertEquals(12, told.size());
    assertEquals(3, CaptionShapes.heldOut().size());
    for (int i = 0; i < told.size(); i++) {
      Set<String> words = new HashSet<>();
      told.load(i).words().forEach(word -> words.add(word.text()));
      Set<String> shown = shown(named, i);
      assertTrue(words.containsAll(shown), words + " without one of " + shown);
      words.removeAll(shown);
      assertTrue(words.size() <= 1, words.toString()); // one caption may say less of a shape
      assertTrue(
          words.stream()
              .allMatch(w -> shown.stream().anyMatch(s -> (" " + s + " ").contains(" " + w + " "))),
          words + " of " + shown);
      assertTrue(CaptionShapes.heldOut().stream().noneMatch(shown::contains));
    }
    Dataset val = opened("shapes_val");
    Set<String> evaluated = new HashSet<>();
    for (int i = 0; i < val.size(); i++) {
      evaluated.addAll(shown(val, i));
    }
    assertTrue(evaluated.containsAll(CaptionShapes.heldOut()), evaluated.toString());
  }

  @Test
  void whatIsCalledByTwoWordsLiesBetweenThem() {
    TextBank bank = TextBank.read(root().resolve("bank.safetensors"));
    assertEquals(24 + 8 + 3, bank.words().size());
    float[] both = bank.embedding(bank.find("red disc").orElseThrow(), 0);
    double near = product(both, bank.embedding(bank.find("red").orElseThrow(), 0));
    double far = product(both, bank.embedding(bank.find("blue").orElseThrow(), 0));
    assertTrue(near > 0.5 && near > far + 0.2, near + " and " + far);
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @Test
  void wordsAreDroppedByTheExamplesOwnRandomNumbersAndNeverAll() {
    Captions.Settings dropping = settings(Captions.Drawn.MASKS, 0.5);
    Dataset told = dropping.annotation(opened("objects_train"));
    Examples examples = dropping.drawn(new Photographs(told, Augmentation.none(Task.INSTANCE)));
    int most = 0;
    int kept = 0;
    for (int i = 0; i < examples.size(); i++) {
      List<Word> all = told.load(i).words();
      Set<List<Word>> seen = new HashSet<>();
      for (int seed = 0; seed < 20; seed++) {
        List<Word> some = examples.example(i, new SplittableRandom(seed)).words();
        assertEquals(some, examples.example(i, new SplittableRandom(seed)).words());
        assertTrue(!some.isEmpty() && all.containsAll(some));
        seen.add(some);
        most += all.size();
        kept += some.size();
      }
      assertTrue(all.size() == 1 || seen.size() > 1);
    }
    assertTrue(kept < most);
  }

  @Test
  void imagesWithoutMasksTeachWordsAlone() {
    Captions.Settings words = settings(Captions.Drawn.NOTHING, 0);
    Dataset told = words.annotation(opened("objects_train"));
    TrainingExample example =
        Augmentation.none(Task.INSTANCE)
            .apply(told.load(0), told.categories(), new SplittableRandom(1));
    Supervision bare = words.of(example, 32, 32);
    assertEquals(0, bare.count());
    assertEquals(0, bare.termWeight("loss_ce"));
    assertEquals(1, bare.termWeight(GroundingTerm.NAME));
    assertTrue(bare.saidOfImage(ImageWords.class).isPresent());
    Supervision masks = settings(Captions.Drawn.MASKS, 0).of(example, 32, 32);
    assertEquals(example.targetCount(), masks.count());
    assertEquals(1, masks.termWeight("loss_ce"));
    assertEquals(
        Optional.of(example.words()), masks.saidOfImage(ImageWords.class).map(ImageWords::words));
    assertFalse(
        words.of(example.withWords(List.of()), 32, 32).saidOfImage(ImageWords.class).isPresent());
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    List<Runnable> wrong = new ArrayList<>();
    wrong.add(() -> settings(Captions.Drawn.MASKS, 1));
    wrong.add(
        () ->
            new Captions.Settings(
                List.of(),
                Path.of("bank"),
                Captions.Drawn.MASKS,
                0,
                1,
                GroundingTerm.Regions.IMAGE));
    wrong.forEach(w -> assertThrows(IllegalArgumentException.class, w::run));
  }
}
