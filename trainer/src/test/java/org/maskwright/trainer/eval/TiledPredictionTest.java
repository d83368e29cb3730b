package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.image.ImageWindows;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor.First;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.PanopticKind;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.SemanticKind;
import org.maskwright.trainer.result.TiledImage;

/** A model with its initial weights on pictures in tiles. */
class TiledPredictionTest {
  @TempDir private Path folder;

  private static void with(Consumer<Predictor> check) {
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withThreads(1);
    try (Engine engine = Engine.open(options);
        SegmentationModel model =
            SegmentationModels.build(
                engine, HuggingFaceRulesTest.model(First.TO_384), ClassSpace.ofSize(3))) {
      InferenceSettings settings =
          new InferenceSettings(64, 128, 0.1, 0.01, 20, Set.of("instance", "semantic", "panoptic"));
      check.accept(new Predictor(model, Normalization.IMAGENET, settings));
    }
  }

  private static RgbImage picture(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * 7 + i / width * 5);
    }
    return new RgbImage(width, height, rgb);
  }

  private Path file(RgbImage picture) {
    BufferedImage image =
        new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        image.setRGB(x, y, picture.rgb(x, y));
      }
    }
    Path file = folder.resolve("picture.png");
    try {
      ImageIO.write(image, "png", file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  @Test
  void aPictureNoLargerThanATileGivesTheSameAsWithoutTilesToTheBit() {
    Path file = file(picture(90, 70));
    with(
        predictor -> {
          Optional<Tiling> tiles = Optional.of(Tiling.of(90));
          SemanticKind semantic = new SemanticKind();
          assertArrayEquals(
              whole(predictor, file, semantic, Optional.empty()).result().value().labels(),
              whole(predictor, file, semantic, tiles).result().value().labels());
          PanopticKind panoptic = new PanopticKind();
          assertArrayEquals(
              whole(predictor, file, panoptic, Optional.empty()).result().value().ids(),
              whole(predictor, file, panoptic, tiles).result().value().ids());
          InstanceKind instance = new InstanceKind();
          assertEquals(
              text(whole(predictor, file, instance, Optional.empty()).result().value()),
              text(whole(predictor, file, instance, tiles).result().value()));
        });
  }

  private static <R> PredictedPhotograph<R> whole(
      Predictor predictor, Path file, ResultKind<R> kind, Optional<Tiling> tiles) {
    return predictor.photograph(file, kind, tiles, (done, of) -> {});
  }

  private static List<String> text(InstanceSet set) {
    return set.instances().stream()
        .map(i -> i.classIndex() + " " + i.score() + " " + List.of(i.mask().area(), i.mask().box()))
        .toList();
  }

  /** Windows of a picture of which no more than one tile may be read at a time. */
  private static final class Watched implements ImageWindows {
    private final ImageWindows of;
    private final List<Window> read = new ArrayList<>();

    Watched(RgbImage picture) {
      this.of = ImageWindows.of(picture);
    }

    @Override
    public Size size() {
      return of.size();
    }

    @Override
    public Photograph read(Window window) {
      read.add(window);
      return of.read(window);
    }

    @Override
    public long heldBytes() {
      return of.heldBytes();
    }

    @Override
    public void close() {
      of.close();
    }
  }

  @Test
  void aLargePictureIsReadTileByTileAndEachPixelGetsAResult() {
    with(
        predictor -> {
          Watched picture = new Watched(picture(150, 110));
          Tiling tiling = new Tiling(64, 16);
          List<ResultKind<?>> kinds =
              List.of(new SemanticKind(), new InstanceKind(), new PanopticKind());
          List<String> progress = new ArrayList<>();
          SampleInfo info = HuggingFaceRulesTest.photograph().info();
          TiledImage image =
              predictor.tiled(
                  picture, info, tiling, kinds, (done, of) -> progress.add(done + "/" + of));
          int count = tiling.of(picture.size()).count();
          assertEquals(count, picture.read.size());
          assertTrue(picture.read.stream().allMatch(w -> w.width() <= 64 && w.height() <= 64));
          assertEquals(count + "/" + count, progress.get(count - 1));
          assertEquals(150 * 110, image.of((SemanticKind) kinds.get(0)).value().labels().length);
          assertEquals(150, image.of((PanopticKind) kinds.get(2)).value().width());
          assertTrue(
              image.of((InstanceKind) kinds.get(1)).value().instances().stream()
                  .allMatch(i -> i.mask().width() == 150 && i.mask().height() == 110));
        });
  }

  @Test
  void aKindThatCannotBeJoinedIsRefusedBeforeTheModelRuns() {
    ResultKind<?> plain = ResultKinds.get("plain");
    String message =
        assertThrows(ConfigException.class, () -> Predictor.requireTiles(plain)).getMessage();
    assertTrue(message.contains("plain") && message.contains("panoptic, instance"), message);
  }
}
