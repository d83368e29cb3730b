/**
 * Learning by telling views of one picture from those of others (MoCo, SimCLR), and points of one
 * region from those of others (PLRC); which points of two views are found to be one.
 */
package org.maskwright.trainer.contrast;
