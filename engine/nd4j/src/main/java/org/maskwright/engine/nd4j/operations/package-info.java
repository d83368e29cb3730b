/**
 * The primitives made of ND4J's own operations, without host buffers or Java loops over elements:
 * they run wherever ND4J runs, CUDA included. What ND4J lacks or gets wrong is composed of what it
 * has; docs/engines-nd4j.md lists it.
 */
package org.maskwright.engine.nd4j.operations;
