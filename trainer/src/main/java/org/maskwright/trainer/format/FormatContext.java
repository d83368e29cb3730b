package org.maskwright.trainer.format;

import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.mask.Outline;
import org.maskwright.datasets.mask.Rle;

/**
 * What holds for all images of a run.
 *
 * @param categories the model's classes in contiguous order, with the ids 1 to K and the colours of
 *     the pictures
 * @param task that the results are of, where there is one
 * @param tolerance outlines may be this far from the masks' edges, in pixels; 0: they are the edges
 */
public record FormatContext(Categories categories, Optional<Task> task, double tolerance) {
  /** A closed polygon around each part of a mask, with its holes. */
  public List<Outline> outlines(Rle mask) {
    return Outline.of(mask).stream().map(part -> part.simplified(tolerance)).toList();
  }
}
