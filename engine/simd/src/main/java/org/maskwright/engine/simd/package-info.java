/**
 * Kernels with explicit vector instructions (jdk.incubator.vector), found by {@link
 * java.util.ServiceLoader} where the JVM was started with that module; nothing compiles against
 * this package.
 */
package org.maskwright.engine.simd;
