/**
 * The words that everything about tensors is said in: element types, devices, precision, shapes of
 * windows, one step of an optimiser, errors. Knows no other package.
 */
package org.maskwright.engine.array;
