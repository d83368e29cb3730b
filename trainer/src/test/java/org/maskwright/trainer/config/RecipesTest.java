package org.maskwright.trainer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.maskwright.datasets.transform.Augmentation.EmptyMasks.DROP;
import static org.maskwright.datasets.transform.Augmentation.EmptyMasks.KEEP;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.decoder.MaskedAttentionPart;
import org.maskwright.trainer.schedule.Schedule;

/** The recipes are those of the papers' repositories. */
class RecipesTest {
  /**
   * Steps, batch, crop, short and largest long edge at test, warm-up, norm, queries, object
   * threshold, steps at which a multi-step schedule drops.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          coco/panoptic       | mask2former-r50         | 368750 | 16 | 1024x1024 | 800-1333  | 0    | frozen | 100 | 0.8 | 327778 355092
          coco/panoptic       | mask2former-swin-l      | 737500 | 16 | 1024x1024 | 800-1333  | 0    | -      | 200 | 0.8 | 655556 710184
          coco/instance       | mask2former-r101        | 368750 | 16 | 1024x1024 | 800-1333  | 0    | frozen | 100 | 0.8 | 327778 355092
          coco/instance       | mask2former-swin-l      | 737500 | 16 | 1024x1024 | 800-1333  | 0    | -      | 200 | 0.8 | 655556 710184
          coco/panoptic       | maskformer-r50-encoder  | 554400 | 64 | 1024x1024 | 800-1333  | 0    | frozen | 100 | 0.8 | 369600
          coco/panoptic       | maskformer-r101-encoder | 554400 | 64 | 1024x1024 | 800-1333  | 0    | frozen | 100 | 0.8 | 369600
          coco/panoptic       | maskformer-swin-t       | 554400 | 64 | 1024x1024 | 800-1333  | 1500 | -      | 100 | 0.8 | 369600
          coco/panoptic       | maskformer-swin-s       | 554400 | 64 | 1024x1024 | 800-1333  | 1500 | -      | 100 | 0.8 | 369600
          coco/panoptic       | maskformer-swin-b       | 554400 | 64 | 1024x1024 | 800-1333  | 1500 | -      | 100 | 0.8 | 369600
          coco/panoptic       | maskformer-swin-l       | 554400 | 64 | 1024x1024 | 800-1333  | 1500 | -      | 100 | 0.8 | 369600
          ade20k/semantic     | mask2former-r50         | 160000 | 16 | 512x512   | 512-2048  | 0    | frozen | 100 | 0.8 |
          ade20k/semantic     | mask2former-r101        | 160000 | 16 | 512x512   | 512-2048  | 0    | batch  | 100 | 0.8 |
          ade20k/semantic     | mask2former-swin-s      | 160000 | 16 | 512x512   | 512-2048  | 0    | -      | 100 | 0.8 |
          ade20k/semantic     | mask2former-swin-b      | 160000 | 16 | 640x640   | 640-2560  | 0    | -      | 100 | 0.8 |
          ade20k/semantic     | mask2former-swin-l      | 160000 | 16 | 640x640   | 640-2560  | 0    | -      | 100 | 0.8 |
          ade20k/semantic     | maskformer-r50          | 160000 | 16 | 512x512   | 512-2048  | 0    | frozen | 100 | 0.8 |
          ade20k/semantic     | maskformer-swin-t       | 160000 | 16 | 512x512   | 512-2048  | 1500 | -      | 100 | 0.8 |
          ade20k/semantic     | maskformer-swin-b       | 160000 | 16 | 640x640   | 640-2560  | 1500 | -      | 100 | 0.8 |
          ade20k/semantic     | maskformer-swin-l       | 160000 | 16 | 640x640   | 640-2560  | 1500 | -      | 100 | 0.8 |
          ade20k/panoptic     | mask2former-r50         | 160000 | 16 | 640x640   | 640-2560  | 0    | frozen | 100 | 0.8 |
          ade20k/panoptic     | mask2former-swin-l      | 160000 | 16 | 640x640   | 640-2560  | 0    | -      | 200 | 0.8 |
          ade20k/panoptic     | maskformer-r50-encoder  | 720000 | 16 | 640x640   | 640-2560  | 0    | frozen | 100 | 0.7 |
          ade20k/panoptic     | maskformer-r101-encoder | 720000 | 16 | 640x640   | 640-2560  | 0    | frozen | 100 | 0.7 |
          ade20k/instance     | mask2former-swin-l      | 160000 | 16 | 640x640   | 640-2560  | 0    | -      | 200 | 0.8 |
          cityscapes/panoptic | mask2former-r50         | 90000  | 16 | 512x1024  | 1024-2048 | 0    | batch  | 100 | 0.8 |
          cityscapes/semantic | mask2former-swin-l      | 90000  | 16 | 512x1024  | 1024-2048 | 0    | -      | 100 | 0.8 |
          cityscapes/instance | mask2former-swin-l      | 90000  | 16 | 512x1024  | 1024-2048 | 0    | -      | 200 | 0.8 |
          """)
  void isThePublishedOne(
      String experiment,
      String model,
      int steps,
      int batch,
      String crop,
      String test,
      int warmup,
      String norm,
      int queries,
      double objectThreshold,
      String drops) {
    Path file = Path.of("..", "configs", experiment + ".conf");
    ConfigFile config = ConfigFile.load(file, Optional.of(model), List.of());
    assertEquals(model, config.recipe().orElseThrow().model());
    RunSettings run = config.bind(RunSettings.class);
    assertEquals(steps, run.train().steps());
    assertEquals(batch, run.train().batchSize() * run.train().accumulate());
    assertEquals(crop, crop(run.augment()));
    assertEquals(experiment.endsWith("/panoptic") ? KEEP : DROP, emptyMasks(run.augment()));
    assertEquals(test, run.eval().shortEdge() + "-" + run.eval().maxSize());
    assertEquals(warmup, run.schedule().warmupSteps());
    assertEquals(warmup == 0 ? 1 : 1e-6, run.schedule().over(steps).factor(0));
    assertEquals(norm, norm(run.model().backbone()));
    assertEquals(queries, queries(run.model().decoder()));
    assertEquals(objectThreshold, run.eval().objectThreshold());
    assertEquals(drops == null ? "" : drops, drops(run.schedule(), steps));
  }

  /** Upstream filters empty masks of instances and has none of semantic classes. */
  private static Augmentation.EmptyMasks emptyMasks(AugmentSettings augment) {
    return augment instanceof AugmentSettings.Lsj lsj
        ? lsj.emptyMasks()
        : ((AugmentSettings.Crop) augment).emptyMasks();
  }

  private static String crop(AugmentSettings augment) {
    if (augment instanceof AugmentSettings.Lsj lsj) {
      return lsj.height() + "x" + lsj.width();
    }
    return augment instanceof AugmentSettings.Crop crop ? crop.height() + "x" + crop.width() : "";
  }

  private static String norm(BackboneConfig backbone) {
    return backbone instanceof ResNetPart.Settings resnet ? Keys.of(resnet.norm()) : "-";
  }

  private static int queries(DecoderConfig decoder) {
    return decoder instanceof MaskedAttentionPart.Settings masked
        ? masked.queries()
        : ((DetrPart.Settings) decoder).queries();
  }

  private static String drops(ScheduleSettings schedule, int steps) {
    if (!(schedule.shape() instanceof ScheduleSettings.Shape.MultiStep)) {
      return "";
    }
    Schedule plain = schedule.shape().over(steps);
    return LongStream.range(1, steps)
        .filter(t -> plain.factor(t) < plain.factor(t - 1))
        .mapToObj(Long::toString)
        .collect(Collectors.joining(" "));
  }
}
