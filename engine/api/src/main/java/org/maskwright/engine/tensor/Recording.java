package org.maskwright.engine.tensor;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.trace.OnnxBackend;
import org.maskwright.engine.trace.OnnxGraph;

/**
 * An engine that records what is done with inputs as a graph of ONNX operators. Whatever depends on
 * no input it computes as another engine does, so that a model on it loads its weights and predicts
 * as on any, and the graph holds every table of positions as a constant.
 *
 * <pre>{@code
 * try (Engine computing = Engine.open(EngineOptions.DEFAULT);
 *     Recording recording = Recording.over(computing)) {
 *   Linear layer = Linear.xavier(recording.engine(), 4, 2);
 *   OnnxGraph graph =
 *       recording.record(
 *           Map.of("x", new long[] {1, 4}), layer.state(), in -> Map.of("y", layer.forward(in.get("x"))));
 * }
 * }</pre>
 *
 * <p><b>Lifecycle</b> closing frees the engine of the recording; the other one stays open and is
 * closed after it. A graph's constants are read from the engine: they are there until this is
 * closed.
 *
 * <p><b>Threads</b> one at a time.
 */
public final class Recording implements AutoCloseable {
  private final OnnxBackend backend;
  private final Engine engine;

  private Recording(OnnxBackend backend) {
    this.backend = backend;
    this.engine = Engine.open(backend);
  }

  /** Records over an engine that computes what depends on no input. */
  public static Recording over(Engine computing) {
    return new Recording(new OnnxBackend(computing.backend()));
  }

  /** On which models are built that are to be recorded. */
  public Engine engine() {
    return engine;
  }

  /**
   * Records a computation.
   *
   * @param inputs float32 shapes by name, in the order of the graph's inputs
   * @param parameters whose names the constants get
   * @param body of {@link #engine}: from the inputs to what becomes the outputs, by name and in
   *     order; it chooses by no value of an input and leaves random streams alone
   * @throws org.maskwright.engine.array.EngineException if it reads a value that depends on an
   *     input, or trains
   */
  public OnnxGraph record(
      Map<String, long[]> inputs,
      Map<String, Parameter> parameters,
      UnaryOperator<Map<String, Tensor>> body) {
    backend.begin();
    parameters.forEach((name, p) -> backend.name(p.tensor().array(), name));
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      Map<String, Tensor> given = new LinkedHashMap<>();
      inputs.forEach(
          (name, shape) ->
              given.put(
                  name,
                  engine.result(
                      backend.input(name, DType.FLOAT32, shape), DType.FLOAT32, shape.clone())));
      body.apply(given)
          .forEach((name, tensor) -> backend.output(name, tensor.dtype(), tensor.array()));
    }
    return backend.graph();
  }

  @Override
  public void close() {
    engine.close();
  }
}
