package example;

import java.util.List;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;

/**
 * A pretext task: the queries divide an image into segments of one colour each. No annotation is
 * looked at. How sharp the segments are is a parameter of the task's own.
 */
public final class ColourSegments implements TrainTaskKind {
  @Override
  public String name() {
    return "colour-segments";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** Its number. */
  public record Settings(@Doc("Factor on the mask logits at the start; it is learnt.") double scale)
      implements TrainTaskSettings {
    @Override
    public TrainTask build(Context context) {
      if (context.model().queries() < 2) {
        throw new IllegalArgumentException("one query cannot divide an image");
      }
      return new Pretext(context, scale);
    }
  }

  private static final class Pretext extends Module implements TrainTask {
    private final TrainTaskSettings.Context context;
    private final Parameter scale;

    Pretext(TrainTaskSettings.Context context, double initial) {
      super(context.model().engine());
      this.context = context;
      child("model", context.model());
      scale = parameter("scale", engine().floats(new float[] {(float) initial}, 1));
    }

    @Override
    public Module model() {
      return this;
    }

    @Override
    public StepNormalizers normalizers(Step step) {
      return StepNormalizers.of("images", step.ownImages());
    }

    @Override
    public Losses losses(StepPart part) {
      Tensor pixels = pixels(part);
      Tensor masks = context.model().forward(pixels).last().maskLogits(); // [B,Q,1,h,w]
      part.phases().mark(Phases.Phase.FORWARD);
      Tensor share = masks.flatten(2, 4).mul(scale.tensor()).softmax(1); // [B,Q,P]
      Tensor small = pixels.resize(masks.intSize(3), masks.intSize(4), ResizeMode.BILINEAR);
      Tensor colours = small.flatten(2, 3); // [B,3,P]
      Tensor means = colours.matmulTransposed(share).div(share.sum(2).unsqueeze(1)); // [B,3,Q]
      Tensor errors = means.matmul(share).sub(colours).square().mean(1, 2); // [B]
      Tensor loss = errors.sum().div(part.normalizers().get("images"));
      part.phases().mark(Phases.Phase.LOSS);
      return new Losses(loss, List.of(new Losses.Term("loss_colour", loss)));
    }

    private Tensor pixels(StepPart part) {
      SegmentationModel model = context.model();
      Step step = part.step();
      Batch batch = part.batch();
      engine().random().startImages(step.number(), part.firstImage());
      int height = model.paddedSize(step.height());
      int width = model.paddedSize(step.width());
      float[] values = batch.normalizedImages(context.normalization(), height, width);
      return engine().floats(values, batch.size(), 3, height, width);
    }
  }
}
