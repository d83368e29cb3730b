package org.maskwright.trainer.prompt;

/**
 * A point that a user gives.
 *
 * @param x column in pixels of the picture, in [0, width); of a pixel its number
 * @param y row in pixels of the picture, in [0, height)
 * @param object whether it is on the object; else it is on what does not belong to it
 */
public record Click(double x, double y, boolean object) {}
