package org.maskwright.trainer.loop;

import java.util.List;
import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.settings.Doc;
import org.maskwright.settings.Registry;
import org.maskwright.settings.VariantsOf;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.SourceSupervision;

/** One of the {@link TrainTaskKind}s and its settings. */
@Doc("What the model is trained for.")
@VariantsOf(TrainTaskKind.class)
public interface TrainTaskSettings {
  /**
   * What a run gives to its task.
   *
   * @param model the run's, to be part of {@link TrainTask#model}
   * @param criterion of the run
   * @param sources what becomes of the annotation of each source of a batch's examples, by its
   *     number
   * @param normalization of the images that the model sees
   * @param warnings for the user, a line each
   */
  record Context(
      SegmentationModel model,
      CriterionSettings criterion,
      List<SourceSupervision> sources,
      Normalization normalization,
      Consumer<String> warnings) {
    /** Keeps the list. */
    public Context {
      sources = List.copyOf(sources);
    }
  }

  /** Whether it learns from pairs of an example and a picture, not from single pictures. */
  default boolean takesPairs() {
    return false;
  }

  /**
   * Whether it learns from pictures whatever is annotated in them: all are kept, and nothing is
   * expected of their annotation.
   */
  default boolean takesBareImages() {
    return false;
  }

  /**
   * Of a task that takes pictures whatever is annotated: the data set with its annotation as the
   * task learns from it.
   */
  default Dataset annotation(Dataset own) {
    return own;
  }

  /**
   * The examples of an epoch, with what else the task learns from.
   *
   * @param own one of each picture
   * @param pictures of the source, as {@link #annotation} gives them
   * @param model what is trained
   * @param notes is told what is probably not meant, a line each
   */
  default Examples examples(
      Examples own, Dataset pictures, ModelConfig model, Consumer<String> notes) {
    return own;
  }

  /** The task, whose {@link TrainTask#model} is {@link Context#model} or has it as a child. */
  TrainTask build(Context context);

  /**
   * As {@link #build} of settings that may be an extension's.
   *
   * @throws org.maskwright.settings.ExtensionException naming it, if it throws or gives null
   */
  static TrainTask built(TrainTaskSettings settings, Context context) {
    return Registry.of(TrainTaskKind.class).make(settings, () -> settings.build(context));
  }
}
