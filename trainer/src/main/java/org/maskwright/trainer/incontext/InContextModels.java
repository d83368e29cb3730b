package org.maskwright.trainer.incontext;

import java.util.List;
import java.util.Locale;
import org.maskwright.datasets.Categories;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.InContextDecoder;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.config.ConfigException;

/** What is the same of every model that answers by examples. */
final class InContextModels {
  private InContextModels() {}

  /**
   * Its mask decoder.
   *
   * @throws ConfigException if it is a model of another kind
   */
  static InContextDecoder decoder(SegmentationModel model) {
    if (model.decoder() instanceof InContextDecoder decoder) {
      return decoder;
    }
    throw new ConfigException(
        "model: expected one that answers by examples (model.decoder.type = in-context), got the mask decoder "
            + model.config().decoderName());
  }

  /** S: sides in pixels of the two pictures of a canvas. */
  static int side(SegmentationModel model) {
    return model.config().backbone().canvasPicture().orElseThrow();
  }

  /** Side in pixels of its patches. */
  static int patch(SegmentationModel model) {
    return model.backbone().tokenEncoder().orElseThrow().patch();
  }

  /** The number of its class of background; -1 if it has none. */
  static int background(SegmentationModel model) {
    List<ClassSpace.Entry> classes = model.classSpace().classes();
    for (int k = 0; k < classes.size(); k++) {
      if (classes.get(k).name().toLowerCase(Locale.ROOT).equals(Categories.BACKGROUND)) {
        return k;
      }
    }
    return -1;
  }

  /** bool [canvases,patches]. */
  static Tensor hidden(Engine engine, boolean[] patches, int canvases) {
    float[] values = new float[patches.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = patches[i] ? 1 : 0;
    }
    return engine.floats(values, canvases, values.length / canvases).gt(0);
  }
}
