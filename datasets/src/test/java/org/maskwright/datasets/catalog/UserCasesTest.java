package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.SharedData;
import org.maskwright.datasets.Task;

/** Folders as users and their tools make them: read rightly, or refused by a name that helps. */
final class UserCasesTest {
  /** Problems and notes of what {@code data check} finds, or the refusal. */
  private static String report(Path folder, Optional<Task> task, List<Integer> ignore) {
    DatasetSettings settings =
        DatasetSettings.of("auto", folder, "train").withClasses(List.of(), ignore);
    CheckReport report = DataCheck.run(settings, task, DataCheck.Use.TRAIN);
    return report.findings().stream()
        .map(f -> f.severity() + " " + f.message())
        .collect(Collectors.joining("\n"));
  }

  private static Optional<Task> task(String name) {
    return name.equals("-") ? Optional.empty() : Optional.of(Task.ofKey(name));
  }

  /** Folder, task, classes of what is read without a problem. */
  @ParameterizedTest
  @CsvSource({
    "layouts/bin255, -, class 0|class 255",
    "layouts/binbool, -, class 0|class 1",
    "layouts/bomclasses, -, background|box|disc",
    "layouts/latin1classes, -, hintergrund|k\u00e4sten|kreis",
    "layouts/uni, -, Stra\u00dfe|v\u00e9lo|\u8239",
    "layouts/dirs_annot, -, background|box|disc",
    "layouts/extra_mask, -, background|box|disc",
    "layouts/gaps, -, class 0|class 10|class 20",
    "layouts/jsondirs, -, background|box|disc",
    "layouts/labelme2voc, semantic, _background_|box|disc",
    "layouts/labelstudio, instance, box|disc",
    "layouts/labelstudio_win, instance, box|disc",
    "layouts/labelstudio, semantic, background|box|disc",
    "layouts/lists, -, background|box|disc",
    "layouts/lists2, -, background|box|disc",
    "layouts/lists_csv, -, background|box|disc",
    "layouts/lists_names, -, background|box|disc",
    "layouts/rgb_grey, -, class 0|class 1|class 2",
    "layouts/roboflow, semantic, background|shapes|box|disc",
    "layouts/coco_unused, instance, box|disc|never",
    "layouts/upper, -, background|box|disc",
    "layouts/upperdirs, -, background|box|disc",
    "layouts/bmpmask, -, background|box|disc",
    "layouts/tifmask, -, background|box|disc",
    "layouts/subdirs, -, background|box|disc",
    "layouts/suffix_mask, -, background|box|disc",
    "layouts/cvat_segmask, semantic, background|box|disc",
    "layouts/cvat_segmask, instance, box|disc",
    "layouts/perinstance, instance, object",
    "layouts/perinstance2, instance, object",
    "layouts/roboflow_masks, semantic, background|box|disc",
    "layouts/labelme, instance, box|disc",
    "layouts/labelme, semantic, background|box|disc",
    "layouts/supervisely, instance, box",
    "layouts/via, instance, box",
    "layouts/yolo, instance, box|disc",
    "layouts/voc_png, semantic, background|box|disc",
    "layouts/voc_png, instance, box|disc",
    "evaluation/labelme-voc/data, semantic, _background_|crate|sack",
    "evaluation/labelme-voc/data, instance, crate|sack",
    "evaluation/roboflow-root-class/data, instance, boat|buoy",
    "evaluation/roboflow-root-class/data, semantic, background|boat|buoy",
    "evaluation/colour-masks/palette, -, background|target",
    "evaluation/colour-masks/onebit, -, background|target",
    "evaluation/ade-folders-own-classes/data, semantic, background|object",
  })
  void isRead(String folder, String task, String classes) {
    Path path = SharedData.require("cases/" + folder);
    assertEquals(
        List.of(),
        report(path, task(task), List.of())
            .lines()
            .filter(line -> line.startsWith("PROBLEM"))
            .toList());
    DatasetSettings settings = DatasetSettings.of("auto", path, "train");
    Dataset dataset =
        DatasetOpener.open(
            settings,
            task(task),
            problem -> {
              throw problem;
            });
    assertEquals(List.of(classes.split("\\|", -1)), dataset.categories().names());
  }

  /** Folder, task, words of the problem. */
  @ParameterizedTest
  @CsvSource({
    "layouts/bin255_names, -, label 255 at pixel|add it there (--ignore)",
    "layouts/coco_dupkey, instance, image_id\" occurs twice|annotation 1",
    "layouts/coco_emptyimgs, instance, images\": expected at least one",
    "layouts/coco_swapped, instance, width and height are exchanged",
    "layouts/coco_zeroarea, instance, annotation 1: the mask has no pixel",
    "layouts/dupclasses, -, line 3: the class \"box\" is that of line 2 too",
    "layouts/emptyclasses, -, 'classes.txt: line 2: expected a class name, found a blank line'",
    "layouts/fewclasses, -, label 2 at pixel|name it (classes.txt)",
    "layouts/fewer, -, im3.jpg: no label image im3.png",
    "layouts/jpgmask, -, 'only im0.jpg: JPEG changes the values'",
    "layouts/onebased, -, label 3 at pixel",
    "layouts/othersize, -, expected 160 x 120 as the photograph",
    "layouts/rgb, -, a mask of colours|pixel (20|maskwright data colors",
    "layouts/rgb_red, -, a mask of colours",
    "layouts/rle_other, instance, 'annotations.json: image 1, annotation 1: the mask: expected the"
        + " image''s size 160 x 120, got 80 x 60'",
    "layouts/samestem, -, the name is that of im0.jpg too",
    "layouts/void_only, semantic, every labelled pixel is of one class",
    "evaluation/jpg-masks/data, -, 'only m1.jpg: JPEG changes the values'",
    "evaluation/colour-masks/rgb, -, a mask of colours",
    "evaluation/colour-masks/rgba, -, a mask of colours",
    "evaluation/coco-all-crowd/data, instance, nothing to train on|iscrowd",
    "evaluation/pq-wrong-json-area/data, panoptic, 'annotation 1001: area is 24, the mask has '",
  })
  void isAProblemWithAName(String folder, String task, String words) {
    String found = report(SharedData.require("cases/" + folder), task(task), List.of());
    String problems =
        found.lines().filter(line -> line.startsWith("PROBLEM")).collect(Collectors.joining("\n"));
    for (String word : words.split("\\|", -1)) {
      assertTrue(problems.contains(word), word + " in:\n" + found);
    }
  }

  /** Folder, task, words of the note. */
  @ParameterizedTest
  @CsvSource({
    "layouts/latin1classes, -, read as Latin-1",
    "layouts/extra_mask, -, '1 label images without a photograph: im3.png'",
    "layouts/coco_unused, instance, '1 of 3 classes have no segment: never'",
    "layouts/roboflow, instance, '1 of 3 classes have no segment: shapes'",
    "layouts/labelstudio, semantic, the class \"background\"",
    "evaluation/roboflow-root-class/data, instance, 'category 0, \"harbour\"'",
  })
  void isANote(String folder, String task, String words) {
    String found = report(SharedData.require("cases/" + folder), task(task), List.of());
    assertTrue(
        found.lines().anyMatch(line -> line.startsWith("NOTE") && line.contains(words)), found);
  }

  @ParameterizedTest
  @CsvSource({
    "layouts/bin255, one class",
    "layouts/bin255_names, without a pixel: shape",
    "evaluation/binary-0-255/data, without a pixel: target"
  })
  void aClassUnderTheVoidLabelIsAProblemThatNamesIt(String folder, String words) {
    String found =
        report(SharedData.require("cases/" + folder), Optional.of(Task.SEMANTIC), List.of(255));
    assertTrue(found.contains("PROBLEM"), found);
    assertTrue(found.contains(words), found);
    assertTrue(found.contains("every labelled pixel is of one class"), found);
    assertTrue(found.contains("of the pixels are void (data.train.ignore = [255])"), found);
  }

  @ParameterizedTest
  @CsvSource({
    "lists, im 6",
    "lists2, im 2",
    "lists_csv, im 2",
    "lists_names, im 2",
  })
  void listsOfAnyFormHoldTheImagesTheyName(String folder, String count) {
    Path path = SharedData.require("cases/layouts/" + folder);
    Dataset dataset = DatasetOpener.open(DatasetSettings.of("auto", path, "train"));
    assertEquals(Integer.parseInt(count.substring(3)), dataset.size());
    List<String> names = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      names.add(dataset.load(i).info().file().getFileName().toString());
    }
    assertTrue(names.get(1).matches("im1.jpg|p 1.jpg"), names.toString());
  }

  @ParameterizedTest
  @CsvSource({"layouts/void_only"})
  void aRefusalNeverIsAnythingButADatasetException(String folder) {
    Path path = SharedData.require("cases/" + folder);
    try {
      DatasetOpener.open(
          DatasetSettings.of("auto", path, "train").withClasses(List.of(), List.of(255)),
          Task.SEMANTIC);
    } catch (DatasetException expected) {
      assertTrue(expected.file().isPresent(), expected.getMessage());
      return;
    }
    throw new AssertionError("was opened");
  }
}
