package org.maskwright.trainer.annotate;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is labelled, and with what help.
 *
 * @param folder of the pictures, with those in its sub-folders
 * @param labels file of the labels
 * @param classes that are added where the file has none of the name
 * @param model whose results are proposed; empty: the newest that was trained here, if there is one
 * @param promptModel that makes masks of clicks and boxes; empty: there are no such tools
 * @param trainWords more of the command line of a training, such as {@code --set KEY=VALUE}
 */
public record AnnotateWishes(
    Path folder,
    Path labels,
    List<String> classes,
    Optional<Path> model,
    Optional<Path> promptModel,
    List<String> trainWords) {
  /** Name of the labels in the folder where nothing else is said. */
  public static final String LABELS = "annotations.json";

  /** Keeps copies. */
  public AnnotateWishes {
    classes = List.copyOf(classes);
    trainWords = List.copyOf(trainWords);
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(promptModel, "promptModel");
  }

  /** A folder, and nothing else. */
  public static AnnotateWishes of(Path folder, String... classes) {
    return new AnnotateWishes(
        folder,
        folder.resolve(LABELS),
        List.of(classes),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  /** This, with a model that proposes. */
  public AnnotateWishes withModel(Path wanted) {
    return new AnnotateWishes(
        folder, labels, classes, Optional.of(wanted), promptModel, trainWords);
  }

  /** This, with a model that takes prompts. */
  public AnnotateWishes withPromptModel(Path wanted) {
    return new AnnotateWishes(folder, labels, classes, model, Optional.of(wanted), trainWords);
  }

  /** This, with more words for trainings. */
  public AnnotateWishes withTrainWords(String... words) {
    return new AnnotateWishes(folder, labels, classes, model, promptModel, List.of(words));
  }
}
