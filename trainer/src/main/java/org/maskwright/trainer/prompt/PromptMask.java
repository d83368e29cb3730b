package org.maskwright.trainer.prompt;

import org.maskwright.modelzoo.postprocess.RunLengthMask;

/**
 * A mask that answers a prompt.
 *
 * @param mask at the size of the picture
 * @param quality the intersection over union with the object that the decoder expects, unbounded
 * @param logits to hand back with the next prompt
 */
public record PromptMask(RunLengthMask mask, double quality, MaskLogits logits) {}
