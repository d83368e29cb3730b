package org.maskwright.trainer.export;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.modelzoo.onnx.HalfWeights;

/** Smaller numbers for those of a graph. */
interface Rounding {
  /** Float16 for the weights, which change results by less than anything else in a pipeline. */
  Rounding HALF =
      new Rounding() {
        @Override
        public OnnxGraph of(OnnxGraph exact) {
          return HalfWeights.of(exact);
        }

        @Override
        public Exported judged(Path exact, Path rounded) {
          return new Exported(List.of(), Map.of());
        }
      };

  /** The graph with rounded numbers. */
  OnnxGraph of(OnnxGraph exact);

  /**
   * What is lost with the rounded file.
   *
   * @throws org.maskwright.modelzoo.weights.CheckpointException if it is more than was allowed
   */
  Exported judged(Path exact, Path rounded);
}
