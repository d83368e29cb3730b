/**
 * Learning-rate schedules: pure functions from the step's index to the factor that every group's
 * base learning rate is multiplied with.
 */
package org.maskwright.trainer.schedule;
