package org.maskwright.datasets.transform;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;

/**
 * Colours and sharpness of a view as contrastive learning changes them: brightness, contrast,
 * saturation and hue in random order, then grey, blur and reversed bright levels, each with its own
 * probability. Differs from {@link ColorJitter}, which is detectors' and steps through OpenCV's
 * hues.
 *
 * <p><b>Source</b> SimCLR (arXiv 2002.05709), MoCo v2 (arXiv 2003.04297), BYOL (arXiv 2006.07733)
 *
 * @param colours how far colours change; and how often
 * @param grey probability of greys
 * @param blur how far pictures are blurred; and how often
 * @param solarise probability of reversed bright levels
 */
public record Jitter(Colours colours, double grey, Blur blur, double solarise)
    implements Transform {
  /**
   * Factors are drawn from 1 - x to 1 + x, the turn of hues from -x to x.
   *
   * @param probability that anything changes
   * @param brightness at least 0
   * @param contrast at least 0
   * @param saturation at least 0
   * @param hue 0 to 0.5
   */
  public record Colours(
      double probability, double brightness, double contrast, double saturation, double hue) {}

  /**
   * A Gaussian of a sigma between two, in pixels of the view.
   *
   * @param probability of a blur
   * @param minSigma the least, at least 0
   * @param maxSigma the largest
   */
  public record Blur(double probability, double minSigma, double maxSigma) {}

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    List<PictureChange.Step> steps = new ArrayList<>();
    if (random.nextDouble() < colours.probability()) {
      steps.addAll(colours(random));
    }
    if (random.nextDouble() < grey) {
      steps.add(new PictureChange.Grey());
    }
    if (random.nextDouble() < blur.probability()) {
      steps.add(
          new PictureChange.Blur(
              blur.minSigma() + (blur.maxSigma() - blur.minSigma()) * random.nextDouble()));
    }
    if (random.nextDouble() < solarise) {
      steps.add(new PictureChange.Solarise());
    }
    return steps.isEmpty() ? view : view.recolored(new PictureChange(steps));
  }

  private List<PictureChange.Step> colours(RandomGenerator random) {
    List<PictureChange.Step> steps = new ArrayList<>();
    if (colours.brightness() > 0) {
      steps.add(new PictureChange.Brightness(factor(colours.brightness(), random)));
    }
    if (colours.contrast() > 0) {
      steps.add(new PictureChange.Contrast(factor(colours.contrast(), random)));
    }
    if (colours.saturation() > 0) {
      steps.add(new PictureChange.Saturation(factor(colours.saturation(), random)));
    }
    if (colours.hue() > 0) {
      steps.add(new PictureChange.Hue(colours.hue() * (2 * random.nextDouble() - 1)));
    }
    for (int i = steps.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      PictureChange.Step swap = steps.get(i);
      steps.set(i, steps.get(j));
      steps.set(j, swap);
    }
    return steps;
  }

  private static double factor(double range, RandomGenerator random) {
    double low = Math.max(0, 1 - range);
    return low + (1 + range - low) * random.nextDouble();
  }
}
