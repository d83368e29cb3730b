package org.maskwright.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import org.maskwright.modelzoo.onnx.OnnxFile;
import org.maskwright.modelzoo.onnx.OnnxModel;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * A file with one input of pixels, opened with onnxruntime on the CPU: arrays in, arrays out.
 *
 * <p><b>Lifecycle</b> {@link #close()} frees onnxruntime's memory. <b>Threads</b> several may run
 * it at once.
 */
public final class OnnxSession implements AutoCloseable {
  private final Path file;
  private final OrtSession session;
  private final Map<String, String> metadata;
  private final long[] inputShape;

  private OnnxSession(Path file, OrtSession session) throws OrtException {
    this.file = file;
    this.session = session;
    this.metadata = Map.copyOf(session.getMetadata().getCustomMetadata());
    if (!session.getInputNames().equals(Set.of(OnnxModel.PIXELS))) {
      throw new CheckpointException(
          file,
          "expected the one input %s, as 'maskwright export --to onnx' writes it, got %s"
              .formatted(OnnxModel.PIXELS, session.getInputNames()));
    }
    this.inputShape =
        ((TensorInfo) session.getInputInfo().get(OnnxModel.PIXELS).getInfo()).getShape();
  }

  /**
   * An output.
   *
   * @param values in row-major order, whatever their type; not to be changed
   * @param shape its sizes
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, by whoever asked
  public record Output(float[] values, long[] shape) {}

  /**
   * Opens a file.
   *
   * @param threads inside one operation; 0 = as many as onnxruntime takes by itself
   * @throws CheckpointException if it cannot be read, or has an operator that this onnxruntime
   *     lacks
   */
  public static OnnxSession open(Path file, int threads) {
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(file, "expected an ONNX file, found none");
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setSessionLogLevel(
          OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL); // errors arrive as exceptions
      options.setIntraOpNumThreads(threads);
      OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString(), options);
      try {
        return new OnnxSession(file, session);
      } catch (OrtException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      throw new CheckpointException(
          file,
          "onnxruntime %s cannot open it: %s; where it lacks an operator, or a version of the operators, take a newer release of it; where weights are missing, put %s beside it, which an export of a large model wrote"
              .formatted(version(), e.getMessage(), OnnxFile.data(file).getFileName()),
          e);
    }
  }

  /** The release of onnxruntime. */
  public static String version() {
    return OrtEnvironment.getEnvironment().getVersion();
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** What the file says of itself. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Names of the outputs. */
  public Set<String> outputs() {
    return session.getOutputNames();
  }

  /** A size of the input [B,C,H,W]; -1 where it may vary. */
  public long inputSize(int axis) {
    return inputShape[axis];
  }

  /**
   * Runs a batch.
   *
   * @param pixels from position to limit
   * @param shape [B,C,H,W]
   * @return by name
   * @throws CheckpointException if onnxruntime fails
   */
  public Map<String, Output> run(FloatBuffer pixels, long... shape) {
    try (OnnxTensor input =
            OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), pixels, shape);
        OrtSession.Result result = session.run(Map.of(OnnxModel.PIXELS, input))) {
      Map<String, Output> out = new LinkedHashMap<>();
      for (Map.Entry<String, OnnxValue> value : result) {
        out.put(value.getKey(), output((OnnxTensor) value.getValue()));
      }
      return out;
    } catch (OrtException e) {
      throw new CheckpointException(file, "onnxruntime failed: " + e.getMessage(), e);
    }
  }

  private static Output output(OnnxTensor tensor) {
    long[] shape = tensor.getInfo().getShape();
    float[] values =
        switch (tensor.getInfo().type) {
          case FLOAT -> {
            FloatBuffer from = tensor.getFloatBuffer();
            yield values(from.remaining(), from::get);
          }
          case INT64 -> {
            LongBuffer from = tensor.getLongBuffer();
            yield values(from.remaining(), from::get);
          }
          case BOOL -> {
            ByteBuffer from = tensor.getByteBuffer();
            yield values(from.remaining(), from::get);
          }
          default ->
              throw new CheckpointException(
                  "an output: expected float, int64 or bool, got " + tensor.getInfo().type);
        };
    return new Output(values, shape);
  }

  private static float[] values(int count, IntToDoubleFunction at) {
    float[] out = new float[count];
    for (int i = 0; i < count; i++) {
      out[i] = (float) at.applyAsDouble(i);
    }
    return out;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new CheckpointException(file, "onnxruntime cannot close it: " + e.getMessage(), e);
    }
  }
}
