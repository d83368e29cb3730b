package org.maskwright.trainer.config;

import org.maskwright.datasets.Task;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.optim.OptimizerSettings;

/** Everything a run can be configured with: the root of the settings. */
public record RunSettings(
    @Doc(
            "What the targets are: semantic (one mask a class), instance (one a thing) or panoptic (both).")
        Task task,
    @Doc("Seed of initial values, order of images, augmentation and sampled points.") long seed,
    @Doc("What computes.") EngineSettings engine,
    @Doc("The model.") ModelConfig model,
    @Doc("Initial values.") InitSettings init,
    @Doc("Data sets.") DataSettings data,
    @Doc("Augmentation of training images.") AugmentSettings augment,
    @Doc("The loss.") CriterionSettings criterion,
    @Doc("The optimiser.") OptimizerSettings optimizer,
    @Doc("The learning-rate schedule.") ScheduleSettings schedule,
    @Doc("The loop.") TrainSettings train,
    @Doc("Evaluation.") EvalSettings eval) {}
