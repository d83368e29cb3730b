package org.maskwright.onnx;

/**
 * The size of the input of a file that takes only one.
 *
 * @param height rows
 * @param width columns
 */
public record InputSize(int height, int width) {}
