/**
 * The official metrics of videos in plain Java: DAVIS' J and F, video panoptic quality,
 * segmentation and tracking quality, and the two families of tracking metrics, CLEAR and HOTA, of
 * MOTS' masks. YouTube-VIS' AP is {@link org.maskwright.datasets.metrics.TubeEvaluator} beside
 * COCO's.
 *
 * <p>Numbers equal the official tools' within 1e-12, counts exactly.
 */
package org.maskwright.datasets.videometrics;
