/**
 * Training: matching, losses, optimiser groups, schedules, the loop, run folders and the command
 * line. One loop serves semantic, instance and panoptic segmentation; what differs is
 * configuration.
 */
package org.maskwright.trainer;
