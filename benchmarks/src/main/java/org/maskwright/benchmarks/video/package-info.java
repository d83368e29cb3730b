/** Long videos: memory and frames a second. */
package org.maskwright.benchmarks.video;
