package org.maskwright.datasets.transform;

import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.PixelPlanes;

/** Draws the pixels that a view shows of an image, channel by channel. */
final class ImageRenderer {
  private ImageRenderer() {}

  /** The view's pixels [C,H,W] with padding. */
  static PixelPlanes render(Photograph image, View view) {
    Content content = image.match(RgbContent::of, ChannelContent::of);
    for (View.Step step : view.steps()) {
      if (step instanceof View.Crop crop) {
        content = content.cropped(crop);
      } else if (step instanceof View.Resize resize) {
        content = content.resized(resize);
      }
    }
    if (view.colors().isPresent()) {
      content = content.recolored(view.colors().get());
    }
    return content.planes(view.padded(), view.mirrored());
  }
}
