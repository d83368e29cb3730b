package org.maskwright.engine.spi;

/**
 * What an update by AdamW reads and changes of one parameter; all float32, contiguous, of one
 * shape.
 *
 * @param p the parameter, which changes
 * @param grad its gradient
 * @param m first moment, which changes
 * @param v second moment, which changes
 */
public record AdamWArrays(DeviceArray p, DeviceArray grad, DeviceArray m, DeviceArray v) {}
