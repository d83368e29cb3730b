package org.maskwright.modelzoo.postprocess;

import java.util.List;

/**
 * Scored masks of one image, best first; masks may overlap.
 *
 * @param instances falling in score
 */
public record InstanceSet(List<Instance> instances) {
  /** Copies the list. */
  public InstanceSet {
    instances = List.copyOf(instances);
  }

  /**
   * One instance.
   *
   * @param classIndex contiguous class
   * @param score class probability times mean mask probability inside the mask, in [0,1]
   * @param mask at the original size, possibly empty
   */
  public record Instance(int classIndex, double score, RunLengthMask mask) {}
}
