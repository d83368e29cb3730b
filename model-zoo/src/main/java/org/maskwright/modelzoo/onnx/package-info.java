/**
 * Models as ONNX files: recorded once, or several times where sizes may vary, and written in the
 * format's own encoding.
 */
package org.maskwright.modelzoo.onnx;
