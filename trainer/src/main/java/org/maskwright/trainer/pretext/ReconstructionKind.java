package org.maskwright.trainer.pretext;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.pretext.MaskedAutoencoder;
import org.maskwright.modelzoo.pretext.PatchMask;
import org.maskwright.trainer.result.AskedKind;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.ImageScore;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/**
 * What a masked autoencoder paints in hidden patches of the square in a picture's middle; the same
 * patches of a picture at each evaluation.
 */
public final class ReconstructionKind implements AskedKind<Reconstruction> {
  private static final String LOSS = "loss";

  @Override
  public String name() {
    return "reconstructions";
  }

  @Override
  public String meaning() {
    return "Hidden patches that a masked autoencoder paints from those that it sees, the same ones of a picture at each evaluation; see [pretraining](pretraining.md).";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.error(
            LOSS,
            "Mean squared error of hidden pixels, in percent: of normalised pixels 100 is what the mean of each patch has."));
  }

  @Override
  public Asking<Reconstruction> asked() {
    return new PretextAsking<>(DecoderConfig::hidesPatches, ReconstructionKind::reconstructed);
  }

  private static Reconstruction reconstructed(
      SegmentationModel model, float[] planes, ImageFrame frame, ScoredImage image) {
    MaskedAutoencoder decoder = (MaskedAutoencoder) model.decoder();
    SquareView view = SquareView.of(model, frame);
    PatchMask mask = view.mask(image.info().imageId(), decoder.hidden());
    Tensor pixels = view.pixels(model.engine(), planes, frame);
    Tensor predicted = decoder.pixels().predict(decoder.encode(pixels, mask), mask, view.rows());
    return new Reconstruction(
        view,
        decoder.pixels().losses(predicted, pixels, mask).sum().item(),
        pixels.toFloats(),
        decoder.pixels().paint(predicted, pixels, mask).toFloats(),
        mask);
  }

  @Override
  public Supplier<Scorer<Reconstruction>> scorers(ScoringData data) {
    return Means::new;
  }

  private static final class Means implements Scorer<Reconstruction> {
    private double sum;
    private int images;

    @Override
    public void add(ScoredImage image, Reconstruction result) {
      sum += result.loss();
      images++;
    }

    @Override
    public Scores scores() {
      return new Scores(Map.of(LOSS, images == 0 ? Double.NaN : 100 * sum / images), Map.of());
    }
  }

  @Override
  public Optional<ImageScore<Reconstruction>> imageScore(ScoringData data) {
    return Optional.of(
        new ImageScore<>(
            "100 less the loss of the image's hidden patches in percent",
            (image, result) -> 100 - 100 * result.loss()));
  }

  @Override
  public Picture draw(Reconstruction result, Overlay photograph, Shown shown) {
    return result.picture(photograph.plain());
  }

  @Override
  public void json(Reconstruction result, Shown shown, JsonGenerator json) throws IOException {
    json.writeNumberField(LOSS, result.loss());
  }
}
