package org.maskwright.trainer.config;

import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.settings.Doc;
import org.maskwright.settings.Registry;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.loss.SupervisionKind;
import org.maskwright.trainer.loss.SupervisionSettings;

/** A data set to train on, and how much of it. */
@Doc("What each section of data.sources is, where it says nothing else.")
public record SourceSettings(
    @Doc("The data set; data.train if it is not said.") DatasetSettings dataset,
    @Doc("What its annotation is taken for: semantic, instance or panoptic; none: the run's task.")
        Optional<Task> task,
    @Doc(
            "Other names for its classes: the data set's name, or \"*\" for all that are not named, then the model's. Classes of one name are one class.")
        Map<String, String> classes,
    @Doc(
            "What its images say of classes that other sources alone tell apart: unknown = nothing, their class loss and matching leave such"
                + " classes out; absent = that none of them is there.")
        OtherClasses otherClasses,
    @Doc("What training takes its annotation to say.") SupervisionSettings supervision,
    @Doc(
            "Factors on the terms of the loss for its images, by name: { mask = 0.5, dice = 0 }. A term that is not named has 1; matching costs stay.")
        Map<String, Double> lossWeights,
    @Doc("How often it is drawn, relative to the other sources; above 0.") double ratio,
    @Doc("Images of a batch that is of this source alone; train.batch-size if it is not said.")
        int batchSize,
    @Doc(
            "Images that show a class which is on a smaller share of the images than this come more often in an epoch, by the square root of"
                + " how much smaller (LVIS, arXiv 1908.03195); 0 = each image once.")
        double repeatThreshold,
    @Doc("Large images in tiles.") TrainTileSettings tiles,
    @Doc("Clips of several frames as examples.") ClipSettings clips,
    @Doc("Augmentation of its images; augment if it is not said.") AugmentSettings augment) {
  /** What an annotation says of classes that it does not have. */
  public enum OtherClasses {
    UNKNOWN,
    ABSENT
  }

  /** Checks the ranges. */
  public SourceSettings {
    lossWeights.forEach(
        (term, weight) ->
            Ranges.require(
                weight >= 0 && Double.isFinite(weight),
                "lossWeights",
                "finite factors, at least 0, on the terms of the loss",
                term + " = " + weight));
    Ranges.require(ratio > 0 && Double.isFinite(ratio), "ratio", "a finite number above 0", ratio);
    Ranges.require(batchSize >= 1, "batchSize", "at least 1", batchSize);
    Ranges.require(
        repeatThreshold >= 0 && repeatThreshold <= 1,
        "repeatThreshold",
        "a share of the images in [0,1]",
        repeatThreshold);
    Ranges.require(
        augment.frames() == 1 || !clips.clips(),
        "clips",
        "frames = 1 where an example is several views of a picture, augment.type = views",
        "frames = " + clips.frames());
    if (clips.clips()) {
      Ranges.require(
          tiles.tiling().isEmpty(),
          "tiles",
          "whole images, tiles.size = 0, where clips.frames = " + clips.frames(),
          tiles.size());
      Ranges.require(
          clips.from() == ClipSettings.From.STILLS || repeatThreshold == 0,
          "repeatThreshold",
          "0 where clips are made of videos, each of which comes once in an epoch",
          repeatThreshold);
      Ranges.require(
          supervision.takesClips(),
          "supervision",
          "type = masks where clips.frames = "
              + clips.frames()
              + ": what else is learnt from is of photographs",
          Registry.of(SupervisionKind.class).of(supervision).name());
    }
  }

  /** What training makes of its annotation. */
  public SourceSupervision annotation() {
    return new SourceSupervision(supervision, lossWeights);
  }

  /** T: frames of a clip, or views of a picture. */
  public int frames() {
    return Math.max(clips.frames(), augment.frames());
  }

  /** What its annotation is taken for in a run. */
  public Task task(Task ofRun) {
    return task.orElse(ofRun);
  }
}
