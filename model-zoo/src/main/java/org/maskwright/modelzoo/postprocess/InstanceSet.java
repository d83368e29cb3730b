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
   * @param score class probability times mean mask probability inside the mask, in [0,1]; in a clip
   *     that of its object in all frames, class probability alone
   * @param mask at the original size, possibly empty
   * @param object its number in the video, the same in all frames; 0 where objects are not followed
   */
  public record Instance(int classIndex, double score, RunLengthMask mask, int object) {
    /** Of a photograph. */
    public Instance(int classIndex, double score, RunLengthMask mask) {
      this(classIndex, score, mask, 0);
    }
  }
}
