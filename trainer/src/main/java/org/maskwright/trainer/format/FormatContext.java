package org.maskwright.trainer.format;

import java.util.Optional;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.MaskPolygons;

/**
 * What holds for all images of a run.
 *
 * @param categories the model's classes in contiguous order, with the ids 1 to K and the colours of
 *     the pictures
 * @param task that the results are of, where there is one
 * @param polygons how masks become polygons, for formats that hold nothing else
 */
public record FormatContext(Categories categories, Optional<Task> task, MaskPolygons polygons) {}
