package org.maskwright.datasets.picture;

import java.util.Locale;

/**
 * What a picture says about one segment of a panoptic map.
 *
 * @param id the segment's value in the id map
 * @param category class id; gives the colour
 * @param thing whether it is one object (instances of a class get different shades) or stuff
 * @param name class name, "" for no label
 * @param score confidence in [0,1], or NaN where there is none (annotations)
 */
public record OverlaySegment(int id, int category, boolean thing, String name, double score) {
  static String label(String name, double score) {
    return Double.isNaN(score) ? name : String.format(Locale.ROOT, "%s %.2f", name, score).strip();
  }
}
