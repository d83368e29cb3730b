/** The parts of scoring label maps, beside the official evaluators. */
package org.maskwright.benchmarks.score;
