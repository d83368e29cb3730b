package org.maskwright.trainer.config;

import java.util.List;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.ResizeFilter;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.HorizontalFlip;
import org.maskwright.datasets.transform.Jitter;
import org.maskwright.datasets.transform.RandomResizedCrop;
import org.maskwright.settings.Doc;

/** What a view of a picture is drawn by. */
@Doc(
    "A view: a random part of the picture, resized, then perhaps mirrored, recoloured, blurred. Starts as MoCo v2's.")
public record ViewSettings(
    @Doc("Height in pixels.") int height,
    @Doc("Width in pixels.") int width,
    @Doc("Least share of the picture's area that it shows, above 0.") double minScale,
    @Doc("Largest share of the picture's area, at most 1.") double maxScale,
    @Doc("Least width by height of the part before it is resized, above 0.") double minAspect,
    @Doc("Largest width by height of the part.") double maxAspect,
    @Doc("How colours are resized: bilinear or bicubic, both as Pillow does.")
        ResizeFilter interpolation,
    @Doc("Probability of a horizontal flip.") double flip,
    @Doc("Changes of colours.") JitterSettings jitter,
    @Doc("Probability that it is grey.") double grey,
    @Doc("Blur.") BlurSettings blur,
    @Doc("Probability that levels from 128 on are reversed.") double solarise) {
  /** Changes of colours, in random order. */
  @Doc("Changes of colours of a view, in random order, as torchvision's ColorJitter.")
  public record JitterSettings(
      @Doc("Probability that they change.") double probability,
      @Doc("Brightness is multiplied by 1 - x to 1 + x.") double brightness,
      @Doc("Contrast is multiplied by 1 - x to 1 + x.") double contrast,
      @Doc("Saturation is multiplied by 1 - x to 1 + x.") double saturation,
      @Doc("The hue is turned by up to this share of the circle, 0 to 0.5.") double hue) {
    /** Checks the ranges. */
    public JitterSettings {
      Ranges.requireProbability("probability", probability);
      requireFactor("brightness", brightness);
      requireFactor("contrast", contrast);
      requireFactor("saturation", saturation);
      Ranges.require(hue >= 0 && hue <= 0.5, "hue", "0 to 0.5", hue);
    }

    private static void requireFactor(String name, double value) {
      Ranges.require(value >= 0 && Double.isFinite(value), name, "a finite number from 0", value);
    }
  }

  /** Blur. */
  @Doc("Blur of a view, as Pillow's GaussianBlur.")
  public record BlurSettings(
      @Doc("Probability of it.") double probability,
      @Doc("Least sigma in pixels of the view.") double minSigma,
      @Doc("Largest sigma in pixels of the view.") double maxSigma) {
    /** Checks the ranges. */
    public BlurSettings {
      Ranges.requireProbability("probability", probability);
      Ranges.require(minSigma >= 0, "minSigma", "at least 0", minSigma);
      Ranges.require(
          maxSigma >= minSigma && Double.isFinite(maxSigma),
          "maxSigma",
          "a number from min-sigma up",
          maxSigma);
    }
  }

  /** Checks the ranges. */
  public ViewSettings {
    AugmentSettings.requireCrop(height, width);
    Ranges.require(minScale > 0, "minScale", "a share above 0", minScale);
    Ranges.require(
        maxScale >= minScale && maxScale <= 1, "maxScale", "min-scale to 1", maxScale);
    Ranges.require(minAspect > 0, "minAspect", "a number above 0", minAspect);
    Ranges.require(
        maxAspect >= minAspect && Double.isFinite(maxAspect),
        "maxAspect",
        "a number from min-aspect up",
        maxAspect);
    Ranges.requireProbability("flip", flip);
    Ranges.requireProbability("grey", grey);
    Ranges.requireProbability("solarise", solarise);
  }

  /** Whether colours change. */
  boolean changesColours() {
    return jitter.probability() > 0 || grey > 0 || solarise > 0 || blur.probability() > 0;
  }

  Augmentation pipeline(Task task) {
    return new Augmentation(
        List.of(
            new RandomResizedCrop(
                height, width, minScale, maxScale, minAspect, maxAspect, interpolation),
            new Jitter(
                new Jitter.Colours(
                    jitter.probability(),
                    jitter.brightness(),
                    jitter.contrast(),
                    jitter.saturation(),
                    jitter.hue()),
                grey,
                new Jitter.Blur(blur.probability(), blur.minSigma(), blur.maxSigma()),
                solarise),
            new HorizontalFlip(flip)),
        task,
        Augmentation.EmptyMasks.DROP);
  }
}
