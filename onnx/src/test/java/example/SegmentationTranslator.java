package example;

import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Batchifier;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslatorContext;
import java.awt.image.BufferedImage;
import org.maskwright.modelzoo.onnx.OnnxDescription;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.onnx.Preparation;
import org.maskwright.onnx.Segmentation;

/** DJL's images in, segmentations out; DJL's engine for onnxruntime runs the file between. */
final class SegmentationTranslator implements NoBatchifyTranslator<Image, Segmentation> {
  private static final String FRAME = "frame";

  private final OnnxDescription description;
  private final Preparation preparation;

  SegmentationTranslator(OnnxDescription description, Preparation preparation) {
    this.description = description;
    this.preparation = preparation;
  }

  @Override
  public NDList processInput(TranslatorContext context, Image image) {
    BufferedImage picture = (BufferedImage) image.getWrappedImage();
    Preparation.Prepared input = preparation.prepare(Preparation.colours(picture));
    context.setAttachment(FRAME, input.frame());
    Shape shape = new Shape(1, 3, input.height(), input.width());
    return new NDList(context.getNDManager().create(input.pixels(), shape));
  }

  @Override
  public Segmentation processOutput(TranslatorContext context, NDList outputs) {
    NDArray masks = outputs.get(1);
    QueryOutputs queries =
        new QueryOutputs(
            outputs.get(0).toFloatArray(),
            description.classes().size(),
            masks.toFloatArray(),
            (int) masks.getShape().get(2),
            (int) masks.getShape().get(3),
            description.maskScores());
    return new Segmentation(queries, (ImageFrame) context.getAttachment(FRAME), description);
  }

  @Override
  public Batchifier getBatchifier() {
    return null;
  }
}
