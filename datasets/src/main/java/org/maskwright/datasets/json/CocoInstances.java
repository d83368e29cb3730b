package org.maskwright.datasets.json;

import java.util.List;

/**
 * A whole COCO or LVIS instances file, in file order. Annotations stay as compact as the file has
 * them.
 */
public record CocoInstances(
    List<CocoImage> images, List<CocoCategory> categories, List<CocoAnnotation> annotations) {}
