/** Requests to {@code maskwright serve}. */
package org.maskwright.benchmarks.serve;
