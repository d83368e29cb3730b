package org.maskwright.datasets.metrics;

/** What overlaps are measured on: masks, boxes, or the smaller of mask IoU and boundary IoU. */
public enum IouType {
  SEGM,
  BBOX,
  BOUNDARY
}
