package org.maskwright.trainer.result;

import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;

/**
 * What a result depends on besides the image's outputs.
 *
 * @param classes names, things and stuff of the logits
 * @param settings the rules, their numbers, and which kinds are made of the same outputs
 * @param family the rules in which the families of models differ
 */
public record ResultContext(ClassSpace classes, InferenceSettings settings, FamilyRules family) {}
