package org.maskwright.datasets.videometrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.ClassFile;
import org.maskwright.datasets.video.MotsText;
import org.maskwright.datasets.video.MotsText.Mask;
import org.maskwright.datasets.videometrics.MotsScores.OfClass;
import org.maskwright.datasets.videometrics.MotsScores.Score;

/**
 * MOTS' metrics of texts: two files, or two folders with a text for each sequence; of the truth
 * also {@code SEQUENCE/gt/gt.txt}, as in MOTSChallenge.
 *
 * <p>Classes are numbers. Their names are those of {@link #CLASSES} beside the truth, else of that
 * beside the predictions, where {@code predict} writes it, else MOTS' own.
 */
public final class MotsFiles {
  /** Names of classes, one a line, from class 1 on; no sequence. */
  public static final String CLASSES = "classes.txt";

  private static final String TEXT = ".txt";
  private static final List<String> OF_MOTS = List.of("car", "pedestrian");

  private MotsFiles() {}

  /**
   * Scores every sequence of the truth.
   *
   * @throws DatasetException if a file is wrong, a sequence has no predictions, or the truth has no
   *     object
   */
  public static MotsScores score(Path truth, Path predictions) {
    Map<String, Path> truths = sequences(truth);
    Map<String, Path> found = Files.isDirectory(truth) ? sequences(predictions) : Map.of();
    SortedMap<Integer, OfClass> scores = new TreeMap<>();
    SortedMap<String, List<SortedMap<Integer, List<Mask>>>> read = new TreeMap<>();
    truths.forEach(
        (name, file) -> {
          Path predicted = Files.isDirectory(truth) ? found.get(name) : predictions;
          if (predicted == null) {
            throw DatasetException.ofFile(
                predictions, "no predictions of the sequence: expected %s%s".formatted(name, TEXT));
          }
          read.put(name, List.of(MotsText.read(file), MotsText.read(predicted)));
          requireOneSize(read.get(name), predicted);
        });
    List<String> ofTruth = names(truth);
    List<String> ofPredictions = names(predictions);
    List<String> names =
        !ofTruth.isEmpty() ? ofTruth : !ofPredictions.isEmpty() ? ofPredictions : OF_MOTS;
    for (List<SortedMap<Integer, List<Mask>>> pair : read.values()) {
      classIds(pair.get(0))
          .forEach(id -> scores.computeIfAbsent(id, of -> ofClass(of, name(names, of), read)));
    }
    if (scores.isEmpty()) {
      throw DatasetException.ofFile(truth, "no object in the ground truth");
    }
    List<String> warnings = new ArrayList<>();
    if (!ofPredictions.isEmpty()) {
      boolean named = !ofTruth.isEmpty();
      for (int id : scores.keySet()) {
        String wanted = name(named ? ofTruth : OF_MOTS, id);
        String given = name(ofPredictions, id);
        if (!wanted.equals(given)) {
          warnings.add(
              "class %d is \"%s\" in the predictions and \"%s\" in %s: numbers are compared, not names"
                  .formatted(id, given, wanted, named ? "the ground truth" : "MOTS' own files"));
        }
      }
    }
    return new MotsScores(scores, warnings);
  }

  /** The names beside texts; empty if there are none. */
  private static List<String> names(Path place) {
    Path folder = Files.isDirectory(place) ? place : place.toAbsolutePath().getParent();
    Path file = folder.resolve(CLASSES);
    return Files.isRegularFile(file) ? ClassFile.read(file).names() : List.of();
  }

  /** The number of a class without a name. */
  private static String name(List<String> names, int id) {
    return id >= 1 && id <= names.size() ? names.get(id - 1) : Integer.toString(id);
  }

  private static void requireOneSize(
      List<SortedMap<Integer, List<Mask>>> pair, Path predictedFile) {
    Mask truth = first(pair.get(0));
    Mask found = first(pair.get(1));
    if (truth != null
        && found != null
        && (truth.mask().height() != found.mask().height()
            || truth.mask().width() != found.mask().width())) {
      throw DatasetException.ofFile(
          predictedFile,
          "masks of %d x %d pixels, expected %d x %d as the ground truth"
              .formatted(
                  found.mask().width(),
                  found.mask().height(),
                  truth.mask().width(),
                  truth.mask().height()));
    }
  }

  private static Mask first(SortedMap<Integer, List<Mask>> frames) {
    return frames.isEmpty() ? null : frames.get(frames.firstKey()).get(0);
  }

  private static List<Integer> classIds(SortedMap<Integer, List<Mask>> frames) {
    return frames.values().stream()
        .flatMap(List::stream)
        .map(Mask::classId)
        .filter(id -> id != MotsText.IGNORED)
        .distinct()
        .toList();
  }

  private static OfClass ofClass(
      int classId, String name, SortedMap<String, List<SortedMap<Integer, List<Mask>>>> read) {
    SortedMap<String, Score> sequences = new TreeMap<>();
    read.forEach(
        (sequenceName, pair) -> {
          TrackedSequence sequence = MotsClass.sequence(classId, pair.get(0), pair.get(1));
          sequences.put(
              sequenceName, new Score(ClearMetrics.of(sequence), HotaMetrics.of(sequence)));
        });
    return new OfClass(
        name,
        new Score(
            ClearMetrics.sum(sequences.values().stream().map(Score::clear).toList()),
            HotaMetrics.sum(sequences.values().stream().map(Score::hota).toList())),
        sequences);
  }

  private static Map<String, Path> sequences(Path place) {
    Map<String, Path> sequences = new TreeMap<>();
    if (Files.isRegularFile(place)) {
      sequences.put(stem(place), place);
      return sequences;
    }
    if (!Files.isDirectory(place)) {
      throw DatasetException.ofFile(place, "expected a text or a folder of texts, found neither");
    }
    try (Stream<Path> files = Files.list(place)) {
      for (Path file : files.sorted().toList()) {
        Path challenge = file.resolve("gt").resolve("gt.txt");
        if (Files.isRegularFile(challenge)) {
          sequences.put(file.getFileName().toString(), challenge);
        } else if (isText(file)) {
          sequences.put(stem(file), file);
        }
      }
    } catch (IOException e) {
      throw DatasetException.ofFile(place, "cannot be listed: " + e, e);
    }
    if (sequences.isEmpty()) {
      throw DatasetException.ofFile(
          place, "no sequence in the folder: expected SEQUENCE.txt or SEQUENCE/gt/gt.txt");
    }
    return sequences;
  }

  private static boolean isText(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(TEXT) && !name.equals(CLASSES) && Files.isRegularFile(file);
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(TEXT) ? name.substring(0, name.length() - TEXT.length()) : name;
  }
}
