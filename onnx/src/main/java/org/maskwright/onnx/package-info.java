/**
 * Models as ONNX files, run by onnxruntime: pictures in, segments out, without a training engine.
 * What a service ships.
 */
package org.maskwright.onnx;
