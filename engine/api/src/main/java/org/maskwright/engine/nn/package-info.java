/**
 * Layers: named trees of parameters and buffers, written once on the tensor API, run by every
 * backend.
 */
package org.maskwright.engine.nn;
