package org.maskwright.trainer.pretext;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pretext.MaskedAutoencoder;
import org.maskwright.modelzoo.pretext.PatchMask;
import org.maskwright.modelzoo.pretext.RegionBranch;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Step;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;

/**
 * What is hidden of a picture is learnt from what is seen. Which patches are hidden depends on the
 * step and the image's number in it.
 *
 * <p><b>Maths</b> the mean over the pictures of a step of {@link
 * org.maskwright.modelzoo.pretext.PixelBranch}'s loss, and with regions of {@link RegionBranch}'s,
 * each by its weight
 *
 * <p><b>Source</b> MAE (arXiv 2111.06377), R-MAE (arXiv 2306.05411)
 */
public final class MaskedAutoencoderTask implements TrainTask {
  private static final String IMAGES = "images";
  private final SegmentationModel model;
  private final MaskedAutoencoder decoder;
  private final Normalization normalization;
  private final Optional<MaskedRegions.Settings> regions;

  /**
   * @param regions what is learnt of regions, where the decoder has a branch for them
   */
  MaskedAutoencoderTask(
      SegmentationModel model,
      Normalization normalization,
      Optional<MaskedRegions.Settings> regions) {
    this.model = model;
    this.decoder = (MaskedAutoencoder) model.decoder(); // as RunSettings checks
    this.normalization = normalization;
    this.regions = regions;
  }

  @Override
  public Module model() {
    return model;
  }

  @Override
  public StepNormalizers normalizers(Step step) {
    return StepNormalizers.of(IMAGES, step.ownImages());
  }

  @Override
  public Losses losses(StepPart part) {
    Engine engine = model.engine();
    Step step = part.step();
    Batch batch = part.batch();
    requireWholePatches(step, batch);
    int first = part.firstImage();
    engine.random().startImages(step.number(), first);
    Tensor pixels =
        engine.floats(
            batch.normalizedImages(normalization, step.height(), step.width()),
            batch.size(),
            model.inputs(),
            step.height(),
            step.width());
    int rows = step.height() / decoder.patch();
    PatchMask mask = mask(step, first, batch.size(), rows * (step.width() / decoder.patch()));
    Tensor latent = decoder.encode(pixels, mask);
    Tensor predicted = decoder.pixels().predict(latent, mask, rows);
    List<Losses.Term> terms = new ArrayList<>();
    double images = part.normalizers().get(IMAGES);
    if (regions.isEmpty()) {
      part.phases().mark(Phases.Phase.FORWARD);
      Tensor loss = decoder.pixels().losses(predicted, pixels, mask).sum().mul(1 / images);
      terms.add(new Losses.Term("loss_pixels", loss));
    } else {
      MaskedRegions.Settings of = regions.get();
      Tensor maps = maps(step, first, batch, of.count());
      RegionBranch branch = decoder.regions().orElseThrow();
      Tensor logits = branch.predict(latent, maps, mask);
      part.phases().mark(Phases.Phase.FORWARD);
      Tensor loss = decoder.pixels().losses(predicted, pixels, mask).sum();
      terms.add(new Losses.Term("loss_pixels", loss.mul(of.pixelWeight() / images)));
      Tensor ofRegions = branch.losses(logits, maps, mask).sum();
      terms.add(new Losses.Term("loss_regions", ofRegions.mul(of.regionWeight() / images)));
    }
    Tensor total = terms.stream().map(Losses.Term::value).reduce(Tensor::add).orElseThrow();
    part.phases().mark(Phases.Phase.LOSS);
    return new Losses(total, terms);
  }

  private void requireWholePatches(Step step, Batch batch) {
    int patch = decoder.patch();
    if (step.height() % patch != 0 || step.width() % patch != 0) {
      throw new ConfigException(
          "augment: expected pictures whose sides are multiples of %d, the side of the backbone's patches, got %d x %d; give crops of one such size"
              .formatted(patch, step.width(), step.height()));
    }
    for (TrainingExample example : batch.examples()) {
      if (example.contentHeight() < patch || example.contentWidth() < patch) {
        throw new DatasetException(
            "image %s: expected at least one patch of %d x %d pixels behind the augmentation, got %d x %d"
                .formatted(
                    example.imageId(),
                    patch,
                    patch,
                    example.contentWidth(),
                    example.contentHeight()));
      }
    }
  }

  private PatchMask mask(Step step, int first, int images, int patches) {
    RandomStream random = model.engine().random().get("hidden-patches").fork(step.number());
    List<float[]> noise = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      noise.add(random.fork((long) first + i).uniform(patches, 0, 1));
    }
    return PatchMask.of(noise, decoder.hidden());
  }

  /** Some regions of each image, [B,k,H,W]. */
  private Tensor maps(Step step, int first, Batch batch, int count) {
    RandomStream random = model.engine().random().get("regions").fork(step.number());
    int plane = step.height() * step.width();
    float[] out = new float[Math.multiplyExact(batch.size() * count, plane)];
    for (int i = 0; i < batch.size(); i++) {
      RegionDraw.of(batch.examples().get(i).masks(), count, random.fork((long) first + i))
          .into(out, i * count * plane, step.height(), step.width());
    }
    return model.engine().floats(out, batch.size(), count, step.height(), step.width());
  }
}
