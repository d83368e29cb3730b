/** Data loading: opening large annotation files, and training samples per second. */
package org.maskwright.benchmarks.data;
