package org.maskwright.trainer.contrast;

import org.maskwright.engine.tensor.Tensor;

/**
 * A point of one view says of itself what a teacher says of the same point of the other view.
 *
 * <p><b>Maths</b> -sum over channels of softmax((t - c) / T_t) log softmax(s / T_s), with the
 * teacher's centre c, a moving mean of what it says: c becomes m c + (1 - m) mean
 *
 * <p><b>Source</b> PLRC (arXiv 2202.04639), in the form of DINO (arXiv 2104.14294). <b>Differs:</b>
 * what is told are the channels of a point, as in the released code, where the paper has its
 * affinities to other points
 */
final class PointDistillation {
  private PointDistillation() {}

  /**
   * Losses [B], each a weighted sum over the points.
   *
   * @param student [B,S,D]
   * @param teacher [B,S,D], of the same points
   * @param centre [D]
   * @param weights [B,S]
   */
  static Tensor losses(
      Tensor student,
      Tensor teacher,
      Tensor centre,
      double studentTemperature,
      double teacherTemperature,
      Tensor weights) {
    Tensor told = teacher.sub(centre).div(teacherTemperature).softmax(2);
    Tensor said = student.div(studentTemperature).logSoftmax(2);
    return told.mul(said).sum(2).mul(weights).sum(1).neg();
  }

  /**
   * The teacher's temperature, which rises at first.
   *
   * @param progress share of the training that is done, in [0,1]
   * @param share in which it rises
   */
  static double temperature(double first, double last, double share, double progress) {
    return progress >= share ? last : first + (last - first) * progress / share;
  }
}
