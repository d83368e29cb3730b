package org.maskwright.trainer.result;

import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor;
import org.maskwright.modelzoo.postprocess.PanopticPostProcessor;

/**
 * What a result depends on besides the image's outputs.
 *
 * @param classes names, things and stuff of the logits
 * @param settings the rules, their numbers, and which kinds are made of the same outputs
 * @param region which pixels the model's family gives a panoptic segment, by the official rules
 * @param first to what size Hugging Face's post-processing of the model's family resizes masks
 *     first
 */
public record ResultContext(
    ClassSpace classes,
    InferenceSettings settings,
    PanopticPostProcessor.Region region,
    HuggingFacePostProcessor.First first) {}
