package org.maskwright.onnx;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import org.maskwright.datasets.RgbImage;
import org.maskwright.modelzoo.head.ClassSpace;

/**
 * Segments pictures with an ONNX file: resizes, normalises, runs, and makes results at the
 * picture's size.
 *
 * <pre>{@code
 * try (OnnxSegmenter segmenter = OnnxSegmenter.open(Path.of("model.onnx"), 2)) {
 *   Segmentation seen = segmenter.segment(ImageIO.read(file));
 *   for (InstanceSet.Instance one : seen.instances(100).instances()) {
 *     log(segmenter.classes().get(one.classIndex()).name() + " " + one.score());
 *   }
 * }
 * }</pre>
 *
 * <p><b>Lifecycle</b> {@link #close()} frees onnxruntime's memory. <b>Threads</b> several may
 * segment at once.
 */
public final class OnnxSegmenter implements AutoCloseable {
  private final OnnxNetwork network;
  private final Preparation preparation;

  private OnnxSegmenter(OnnxNetwork network) {
    this.network = network;
    this.preparation = new Preparation(network.description(), network.onlySize());
  }

  /**
   * Opens a file of a model of colours.
   *
   * @param threads inside one operation; 0 = as many as onnxruntime takes by itself
   * @throws org.maskwright.modelzoo.weights.CheckpointException as {@link OnnxNetwork#open}
   * @throws IllegalArgumentException if the model takes other pictures than colours
   */
  public static OnnxSegmenter open(Path file, int threads) {
    OnnxNetwork network = OnnxNetwork.open(file, threads);
    try {
      return new OnnxSegmenter(network);
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  /** The classes of results, by their numbers. */
  public List<ClassSpace.Entry> classes() {
    return network.description().classes();
  }

  /** What is in a picture of Java's. */
  public Segmentation segment(BufferedImage picture) {
    return segment(Preparation.colours(picture));
  }

  /** What is in a picture. */
  public Segmentation segment(RgbImage picture) {
    Preparation.Prepared input = preparation.prepare(picture);
    OnnxNetwork.Result result = network.run(input.pixels(), input.height(), input.width());
    return new Segmentation(result.outputs(), input.frame(), network.description());
  }

  @Override
  public void close() {
    network.close();
  }
}
