package org.maskwright.datasets.metrics;

/**
 * How often a class occurs in the truth; crowd regions are not counted.
 *
 * @param name of the class
 * @param images with at least one segment of it
 * @param segments of it in all images
 */
public record ClassTruth(String name, long images, long segments) {}
