package org.maskwright.trainer.pretext;

import static org.maskwright.modelzoo.part.Ranges.require;

import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.regions.Felzenszwalb;
import org.maskwright.datasets.regions.RegionDataset;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.pretext.RegionAutoencoderPart;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.PretrainDefaults;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;

/** R-MAE: {@link MaskedAutoencoderTask} of pixels and regions. */
public final class MaskedRegions implements TrainTaskKind {
  /** Where regions come from. */
  public enum Regions {
    /** {@link Felzenszwalb} of each picture. */
    FELZENSZWALB,
    /** The masks that are annotated, whatever their classes. */
    MASKS
  }

  /**
   * What regions are learnt from.
   *
   * @param regions where they come from
   * @param count k, regions of a picture in a step
   * @param scale of Felzenszwalb's method
   * @param sigma of Felzenszwalb's method
   * @param minSize of Felzenszwalb's method
   * @param pixelWeight factor on the loss of pixels
   * @param regionWeight factor on the loss of regions
   */
  @Doc("Hidden patches of pictures and of regions in them (R-MAE); docs/pretraining.md.")
  public record Settings(
      @Doc(
              "Where regions come from: felzenszwalb = found in each picture, without labels; masks = what is annotated, such as the file that auto-mask writes; with task = instance or panoptic.")
          Regions regions,
      @Doc(
              "Regions of a picture in a step, drawn at random; those of a picture with fewer come again.")
          int count,
      @Doc("felzenszwalb: larger gives larger regions; of pictures of about 640 x 480 pixels 1000.")
          double scale,
      @Doc("felzenszwalb: standard deviation in pixels of the smoothing before.") double sigma,
      @Doc("felzenszwalb: smaller regions become part of a neighbour; in pixels.") int minSize,
      @Doc("Factor on the loss of pixels.") double pixelWeight,
      @Doc("Factor on the loss of regions.") double regionWeight)
      implements TrainTaskSettings {
    private static final int MOST = 64;

    /** Checks the ranges. */
    public Settings {
      require(count >= 1 && count <= MOST, "count", "1 to " + MOST, count);
      require(scale > 0 && Double.isFinite(scale), "scale", "above 0", scale);
      require(sigma >= 0 && Double.isFinite(sigma), "sigma", "at least 0", sigma);
      require(minSize >= 1, "minSize", "at least 1", minSize);
      require(
          pixelWeight >= 0 && Double.isFinite(pixelWeight),
          "pixelWeight",
          "at least 0",
          pixelWeight);
      require(
          regionWeight > 0 && Double.isFinite(regionWeight),
          "regionWeight",
          "above 0",
          regionWeight);
    }

    @Override
    public boolean takesBareImages() {
      return true;
    }

    @Override
    public Dataset annotation(Dataset own) {
      return switch (regions) {
        case FELZENSZWALB -> new RegionDataset(own, new Felzenszwalb(scale, sigma, minSize));
        case MASKS -> own;
      };
    }

    @Override
    public TrainTask build(Context context) {
      return new MaskedAutoencoderTask(context.model(), context.normalization(), Optional.of(this));
    }
  }

  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder instanceof RegionAutoencoderPart.Settings;
  }

  @Override
  public Optional<PretrainDefaults> pretraining() {
    return Optional.of(
        PretrainDefaults.of(
            PretrainDefaults.Learnt.PICTURES,
            true,
            "reconstructions.loss",
            """
            # regions are told apart
            task = instance
            # hidden patches and regions are painted
            model.decoder.type = region-autoencoder
            # a narrow decoder for a small transformer
            model.decoder.region-autoencoder.pixels.blocks.width = 128
            model.decoder.region-autoencoder.pixels.blocks.depth = 4
            model.decoder.region-autoencoder.pixels.blocks.heads = 4
            model.decoder.region-autoencoder.pixels.blocks.mlp-dim = 512
            # the recipe of masked autoencoders
            optimizer.learning-rate = 5.0e-4
            optimizer.clip-norm = 0
            optimizer.base.adamw.beta2 = 0.95
            augment.crop.color-jitter = false
            """));
  }

  @Override
  public String name() {
    return "r-mae";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
