package org.maskwright.modelzoo.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Pattern;
import org.maskwright.engine.trace.OnnxGraph;

/** Runs graphs with onnxruntime, which knows nothing of how they were made. */
final class Onnxruntime {
  private Onnxruntime() {}

  /** Of an output, all elements as numbers, bools as 0 and 1; and its shape. */
  @SuppressWarnings("ArrayRecordComponent")
  record Output(double[] values, long[] shape) {}

  @SuppressWarnings("ArrayRecordComponent")
  record Input(float[] values, long... shape) {}

  static Map<String, Output> run(Path folder, OnnxGraph graph, Map<String, Input> inputs)
      throws OrtException {
    Path file = folder.resolve("graph.onnx");
    OnnxFile.write(file, graph, Map.of(), "test", "1");
    return run(file, inputs);
  }

  static Map<String, Output> run(Path file, Map<String, Input> inputs) throws OrtException {
    return run(file, OptLevel.ALL_OPT, inputs);
  }

  /** How often an operation is in a graph as the runtime rewrites it. */
  static int count(Path file, String operator) throws OrtException, IOException {
    Path rewritten = file.resolveSibling("rewritten.onnx");
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OptLevel.EXTENDED_OPT);
      options.setOptimizedModelFilePath(rewritten.toString());
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      OrtEnvironment.getEnvironment().createSession(file.toString(), options).close();
    }
    // Field 4 of a node, its operator, in the encoding of protocol buffers.
    String field = (char) (4 << 3 | 2) + "" + (char) operator.length() + operator;
    String text = Files.readString(rewritten, StandardCharsets.ISO_8859_1);
    return text.split(Pattern.quote(field), -1).length - 1;
  }

  static Map<String, Output> run(Path file, OptLevel level, Map<String, Input> inputs)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(level);
      options.setIntraOpNumThreads(1);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      try (OrtSession session = environment.createSession(file.toString(), options)) {
        Map<String, OnnxTensor> given = new LinkedHashMap<>();
        for (Map.Entry<String, Input> input : inputs.entrySet()) {
          FloatBuffer values = FloatBuffer.wrap(input.getValue().values());
          given.put(
              input.getKey(),
              OnnxTensor.createTensor(environment, values, input.getValue().shape()));
        }
        try (OrtSession.Result result = session.run(given)) {
          Map<String, Output> out = new LinkedHashMap<>();
          for (Map.Entry<String, OnnxValue> value : result) {
            out.put(value.getKey(), output((OnnxTensor) value.getValue()));
          }
          return out;
        } finally {
          given.values().forEach(OnnxTensor::close);
        }
      }
    }
  }

  private static Output output(OnnxTensor tensor) {
    long[] shape = tensor.getInfo().getShape();
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    double[] values = new double[count];
    switch (tensor.getInfo().type) {
      case FLOAT -> fill(values, tensor.getFloatBuffer()::get);
      case INT64 -> fill(values, tensor.getLongBuffer()::get);
      case INT32 -> fill(values, tensor.getIntBuffer()::get);
      case BOOL, UINT8, INT8 -> fill(values, tensor.getByteBuffer()::get);
      default -> throw new IllegalStateException("unexpected " + tensor.getInfo());
    }
    return new Output(values, shape);
  }

  private static void fill(double[] values, IntToDoubleFunction at) {
    for (int i = 0; i < values.length; i++) {
      values[i] = at.applyAsDouble(i);
    }
  }
}
