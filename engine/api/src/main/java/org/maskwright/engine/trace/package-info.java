/**
 * Backends that compute no numbers but follow what a model does: its shapes, or a graph of it in
 * ONNX's operators.
 */
package org.maskwright.engine.trace;
