package org.maskwright.modelzoo.weights;

import java.util.List;

/**
 * A state dict under Maskwright's names.
 *
 * @param state the tensors whose names its family knows
 * @param keys number of keys of the file
 * @param unexpected keys of the file that its family does not know
 * @param ignored keys that its family drops
 */
public record KeyTranslation(
    StateDict state, int keys, List<String> unexpected, List<String> ignored) {}
