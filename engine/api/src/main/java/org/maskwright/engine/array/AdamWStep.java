package org.maskwright.engine.array;

/**
 * One AdamW update (arXiv 1711.05101, algorithm 2, decoupled weight decay as PyTorch applies it): p
 * -= lr * wd * p; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p -= lr / (1 - b1^t) * m /
 * (sqrt(v / (1 - b2^t)) + eps), with g = gradScale * gradient.
 *
 * @param lr learning rate of this step
 * @param beta1 decay of the first moment, in [0,1)
 * @param beta2 decay of the second moment, in [0,1)
 * @param eps added to the root of the second moment
 * @param weightDecay decoupled decay
 * @param step t, counted from 1
 * @param gradScale factor on the gradient (clipping, accumulation)
 */
public record AdamWStep(
    double lr,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    long step,
    double gradScale) {}
