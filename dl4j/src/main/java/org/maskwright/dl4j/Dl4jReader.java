package org.maskwright.dl4j;

import java.nio.file.Path;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.ForeignReader;

/**
 * Reads residual networks that DL4J's ModelSerializer wrote: of its own zoo, imported from Keras,
 * or built by hand, with any class head or none.
 *
 * <p><b>Threads</b> any; DL4J itself is initialised at the first use.
 */
public final class Dl4jReader implements ForeignReader {
  @Override
  public boolean recognises(Set<String> zipEntries) {
    return GraphZip.recognises(zipEntries);
  }

  @Override
  public Backbone read(Path file) {
    ComputationGraph graph = GraphZip.read(file);
    try {
      return ResidualNetwork.of(graph);
    } catch (CheckpointException e) {
      throw e;
    } catch (RuntimeException e) { // a configuration may hold any nonsense that DL4J lets pass
      throw new CheckpointException(file, "holds no ResNet that can be read: " + e, e);
    } finally {
      graph.close(); // weights are copies
    }
  }
}
