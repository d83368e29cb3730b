/** Time of writing and reading a model, measured in turn with other programs. */
package org.maskwright.benchmarks.checkpoint;
