package org.maskwright.datasets.json;

import java.util.List;

/** A whole panoptic file, in file order; a results file has no images and no categories. */
public record CocoPanoptic(
    List<CocoImage> images, List<CocoCategory> categories, List<PanopticAnnotation> annotations) {}
