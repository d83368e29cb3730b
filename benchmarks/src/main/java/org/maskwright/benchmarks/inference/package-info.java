/** Time and memory of inference, measured in turn with other programs. */
package org.maskwright.benchmarks.inference;
