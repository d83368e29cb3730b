/**
 * Matching of predictions to targets: the costs of a pair, computed on the device for all layers
 * and images at once, and the exact assignment, computed on the host in plain Java.
 */
package org.maskwright.trainer.matching;
