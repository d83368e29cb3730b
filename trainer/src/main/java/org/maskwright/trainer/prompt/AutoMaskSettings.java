package org.maskwright.trainer.prompt;

import static org.maskwright.modelzoo.part.Ranges.require;

/**
 * How a picture is divided into masks without anybody's prompts; names and defaults are those of
 * Segment Anything's generator.
 *
 * @param pointsPerSide points along a side of the picture
 * @param pointsPerBatch points that the model answers at once
 * @param predIouThresh masks of a predicted quality up to this are left out
 * @param stabilityScoreThresh masks of a stability below this are left out
 * @param stabilityScoreOffset logits by which the threshold is moved to see how stable a mask is
 * @param boxNmsThresh of two masks of a crop whose boxes overlap by more than this one stays
 * @param cropNLayers layers of crops, each of twice as many a side as the one before; 0: none
 * @param cropNmsThresh of two masks of different crops whose boxes overlap by more than this one
 *     stays
 * @param cropOverlapRatio how far crops of the first layer overlap, as a share of the short side
 * @param cropNPointsDownscaleFactor in layer i there are fewer points a side by this to the power i
 * @param minMaskRegionArea holes and islands of fewer pixels are filled and removed; 0: none
 */
public record AutoMaskSettings(
    int pointsPerSide,
    int pointsPerBatch,
    double predIouThresh,
    double stabilityScoreThresh,
    double stabilityScoreOffset,
    double boxNmsThresh,
    int cropNLayers,
    double cropNmsThresh,
    double cropOverlapRatio,
    int cropNPointsDownscaleFactor,
    int minMaskRegionArea) {
  private static final int MOST_POINTS = 1024; // a side
  private static final int MOST_LAYERS = 5; // 1024 crops in the last one

  /** The official defaults. */
  public static final AutoMaskSettings DEFAULT =
      new AutoMaskSettings(32, 64, 0.88, 0.95, 1.0, 0.7, 0, 0.7, 512 / 1500.0, 1, 0);

  /**
   * As many masks as object proposals are judged by (appendix D.3 of the paper): more points, no
   * filters, and only near duplicates suppressed.
   */
  public static final AutoMaskSettings PROPOSALS =
      new AutoMaskSettings(64, 64, 0, 0, 1.0, 0.9, 0, 0.7, 512 / 1500.0, 1, 0);

  /** Checks the ranges. */
  public AutoMaskSettings {
    require(
        pointsPerSide >= 1 && pointsPerSide <= MOST_POINTS,
        "points-per-side",
        "1 to " + MOST_POINTS,
        pointsPerSide);
    require(pointsPerBatch >= 1, "points-per-batch", "at least 1", pointsPerBatch);
    requireFinite("pred-iou-thresh", predIouThresh);
    requireFinite("stability-score-thresh", stabilityScoreThresh);
    require(
        stabilityScoreOffset >= 0 && stabilityScoreOffset < Double.POSITIVE_INFINITY,
        "stability-score-offset",
        "at least 0",
        stabilityScoreOffset);
    requireShare("box-nms-thresh", boxNmsThresh);
    requireShare("crop-nms-thresh", cropNmsThresh);
    requireShare("crop-overlap-ratio", cropOverlapRatio);
    require(
        cropNLayers >= 0 && cropNLayers <= MOST_LAYERS,
        "crop-n-layers",
        "0 to " + MOST_LAYERS,
        cropNLayers);
    require(
        cropNPointsDownscaleFactor >= 1
            && Math.pow(cropNPointsDownscaleFactor, cropNLayers) <= pointsPerSide,
        "crop-n-points-downscale-factor",
        "at least 1, and a point a side left in the last of %d layers of crops"
            .formatted(cropNLayers),
        cropNPointsDownscaleFactor);
    require(minMaskRegionArea >= 0, "min-mask-region-area", "at least 0", minMaskRegionArea);
  }

  private static void requireShare(String name, double value) {
    require(value >= 0 && value <= 1, name, "a share in [0,1]", value);
  }

  private static void requireFinite(String name, double value) {
    require(Double.isFinite(value), name, "a number", value);
  }

  /** Points a side of the crops of a layer; layer 0 is the whole picture. */
  int pointsPerSide(int layer) {
    return (int) (pointsPerSide / Math.pow(cropNPointsDownscaleFactor, layer));
  }
}
