/**
 * The processor that a process runs on: threads, loops over them, and where native libraries are
 * unpacked. Knows no tensors.
 */
package org.maskwright.engine.runtime;
