package org.maskwright.datasets.transform;

import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.Size;

/**
 * A picture on its way through the steps of a view: unmirrored, unpadded pixels that may still have
 * to be computed. Crops around a resize only narrow what is computed.
 */
interface Content {
  /** The part that a crop leaves. */
  Content cropped(View.Crop crop);

  /** All of it at another size. */
  Content resized(View.Resize resize);

  /** With its colours changed; of what has none the same. */
  Content recolored(Recolouring change);

  /** Channel by channel, mirrored if asked for, at the top left of a frame. */
  PixelPlanes planes(Size padded, boolean mirrored);
}
