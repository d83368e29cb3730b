package org.maskwright.datasets.transform;

import java.util.List;
import org.maskwright.datasets.RgbImage;

/**
 * A drawn change of colours and sharpness of an 8-bit picture, step by step, each rounded to 8 bits
 * as Pillow does it. Other channels than colours stay.
 *
 * <p><b>Source</b> torchvision's functions on Pillow images, equal to the level
 *
 * @param steps in the order they are done
 */
public record PictureChange(List<Step> steps) implements Recolouring {
  /** One step; pixels are changed in place. */
  public sealed interface Step {
    /** Changes the pixels. */
    void change(RgbImage image);
  }

  public PictureChange {
    steps = List.copyOf(steps);
  }

  @Override
  public RgbImage of(RgbImage image) {
    steps.forEach(step -> step.change(image));
    return image;
  }

  /**
   * Brighter or darker.
   *
   * @param factor of each channel, at least 0
   */
  public record Brightness(double factor) implements Step {
    @Override
    public void change(RgbImage image) {
      PillowColours.brightness(image.data(), (float) factor);
    }
  }

  /**
   * Away from the picture's mean grey, or towards it.
   *
   * @param factor of the distance, at least 0
   */
  public record Contrast(double factor) implements Step {
    @Override
    public void change(RgbImage image) {
      PillowColours.contrast(image.data(), (float) factor);
    }
  }

  /**
   * Away from each pixel's grey, or towards it.
   *
   * @param factor of the distance, at least 0
   */
  public record Saturation(double factor) implements Step {
    @Override
    public void change(RgbImage image) {
      PillowColours.saturation(image.data(), (float) factor);
    }
  }

  /**
   * Other hues.
   *
   * @param turn of the circle of hues, -0.5..0.5
   */
  public record Hue(double turn) implements Step {
    @Override
    public void change(RgbImage image) {
      PillowColours.hue(image.data(), turn);
    }
  }

  /** The grey of each pixel in all channels. */
  public record Grey() implements Step {
    @Override
    public void change(RgbImage image) {
      PillowColours.grey(image.data());
    }
  }

  /**
   * Less sharp: three boxes in each direction, which come close to a Gaussian.
   *
   * @param sigma of the Gaussian in pixels, at least 0
   */
  public record Blur(double sigma) implements Step {
    @Override
    public void change(RgbImage image) {
      new BoxBlur((float) sigma).change(image);
    }
  }

  /** Levels from 128 on reversed. */
  public record Solarise() implements Step {
    @Override
    public void change(RgbImage image) {
      PillowColours.solarise(image.data());
    }
  }
}
