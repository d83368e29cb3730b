package org.maskwright.modelzoo.family;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.maskwright.modelzoo.weights.Checkpoint;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.CheckpointReader;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.KeyTranslation;
import org.maskwright.modelzoo.weights.Provenance;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TrainedLoss;

/** Reads checkpoints of all known families. */
public final class WeightImport {
  private WeightImport() {}

  /**
   * Reads a file (a Python wheel among them) or a model folder, recognises its family and
   * translates the names.
   *
   * @throws CheckpointException if the file is damaged, hostile or of no supported family, or holds
   *     differences to other weights
   */
  public static ImportedWeights read(Path path) {
    ImportedWeights weights = readAsWhole(path);
    weights
        .family()
        .differencesTo()
        .ifPresent(
            base -> {
              throw new CheckpointException(
                  path,
                  ("%s: the backbone's tensors in such files are differences to the weights of %s;"
                          + " expected those too: import with --base FILE, or with --base none if"
                          + " this file holds whole weights")
                      .formatted(weights.family().title(), base));
            });
    return weights;
  }

  /**
   * As {@link #read}, of a file of a family of differences that holds whole weights nevertheless,
   * such as one that Maskwright exported.
   */
  public static ImportedWeights readAsWhole(Path path) {
    return translated(path, CheckpointReader.read(path));
  }

  /**
   * As {@link #read}, of a file that holds a backbone's differences to other weights ({@link
   * CheckpointFamily#differencesTo}).
   *
   * @param base these weights, of any family
   * @throws CheckpointException as {@link #read}, and if the file holds whole weights, or other
   *     ones than the base's are meant
   */
  public static ImportedWeights readDifferences(Path path, Path base) {
    ImportedWeights differences = readAsWhole(path);
    if (differences.family().differencesTo().isEmpty()) {
      throw new CheckpointException(
          path,
          "expected differences to the weights of a base, got whole weights, %s; leave out the base"
              .formatted(differences.family().title()));
    }
    return WeightDifferences.added(differences, read(base));
  }

  /**
   * As {@link #read}, of one of several checkpoints in a Python wheel.
   *
   * @param entry its name in the archive
   * @throws CheckpointException as {@link #read}, and if it is no wheel or has no such entry
   */
  public static ImportedWeights readEntry(Path wheel, String entry) {
    return translated(wheel, CheckpointReader.readEntry(wheel, entry));
  }

  private static ImportedWeights translated(Path path, Checkpoint checkpoint) {
    try {
      return of(checkpoint);
    } catch (CheckpointException e) {
      throw e.in(path);
    }
  }

  private static ImportedWeights of(Checkpoint checkpoint) {
    KeyPrefix.Found found =
        checkpoint.family().isPresent()
            ? named(checkpoint.family().get(), checkpoint.state())
            : KeyPrefix.find(checkpoint.state());
    CheckpointFamily family = found.family();
    KeyTranslation translation = found.translation();
    List<String> ignored = new ArrayList<>(translation.ignored());
    ignored.addAll(found.stray());
    ignored.addAll(checkpoint.ignored());
    Provenance provenance = Provenance.of(checkpoint, family, () -> licence(checkpoint, family));
    Map<String, String> metadata = new TreeMap<>(provenance.toMetadata());
    TrainedLoss.from(checkpoint.state().metadata())
        .ifPresent(loss -> metadata.putAll(loss.toMetadata()));
    return new ImportedWeights(
        family,
        translation.state().withMetadata(metadata),
        translation.unexpected(),
        ignored,
        checkpoint.suffixMatching(),
        checkpoint.unseen().or(() -> family.beside(checkpoint.file())),
        provenance);
  }

  /** As a folder says that Maskwright exported, else of the family. */
  private static String licence(Checkpoint checkpoint, CheckpointFamily family) {
    return (family.isHuggingFace()
            ? HuggingFaceFolder.licence(checkpoint.file())
            : Optional.<String>empty())
        .orElse(family.licenceNote());
  }

  /** Of a file that says whose names it has: they are not wrapped. */
  private static KeyPrefix.Found named(CheckpointFamily family, StateDict state) {
    return new KeyPrefix.Found(family, family.translate(state), List.of());
  }
}
