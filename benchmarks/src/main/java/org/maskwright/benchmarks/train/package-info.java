/**
 * Benchmarks of training: whole steps with a profile by part; benchmarks/peers compares them with
 * another implementation.
 */
package org.maskwright.benchmarks.train;
