/**
 * The official metrics in plain Java: COCO and LVIS AP, panoptic quality, semantic IoU in three
 * protocols, Cityscapes' instance AP.
 *
 * <p>Every evaluator is fed image by image in any order, and keeps results, not images. All but
 * {@link org.maskwright.datasets.metrics.SemanticEvaluator}, of which each thread has its own, may
 * be fed from any thread. Numbers equal the official tools': counts and ratios as doubles, means
 * within 1e-12.
 */
package org.maskwright.datasets.metrics;
