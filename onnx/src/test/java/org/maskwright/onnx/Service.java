package org.maskwright.onnx;

import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * All that a program of a service does; started by {@link SmallServiceIT} with little around it.
 */
final class Service {
  private Service() {}

  public static void main(String[] words) throws Exception {
    try (OnnxSegmenter segmenter = OnnxSegmenter.open(Path.of(words[0]), 1)) {
      Segmentation seen = segmenter.segment(ImageIO.read(Path.of(words[1]).toFile()));
      System.out.println(OnnxExample.text(seen.semantic()));
      System.out.println(seen.instances(5).instances().size());
      System.out.println(seen.panoptic(0.1, 0.5).width());
    }
  }
}
