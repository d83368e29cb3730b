package org.maskwright.trainer.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.prompt.EncodedPicture;
import org.maskwright.trainer.prompt.PromptPredictor;
import org.maskwright.trainer.prompt.TinySam;

class KeptPicturesTest {
  @TempDir private Path folder;

  private static EncodedPicture encoded(PromptPredictor predictor, int width) {
    return predictor.encode(new RgbImage(width, 5, new byte[3 * 5 * width]));
  }

  @Test
  void whatIsCountedIsTheMemoryOfThePicturesThatWereAskedAboutLast() throws Exception {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(1));
        PromptPredictor predictor = PromptPredictor.open(engine, TinySam.write(folder))) {
      long before = engine.memory().liveBytes();
      EncodedPicture first = encoded(predictor, 1);
      long each = first.bytes();
      assertEquals(before + each, engine.memory().liveBytes());
      KeptPictures kept = new KeptPictures(3 * each - 1);
      assertTrue(kept.keep("1", first));
      assertTrue(kept.keep("2", encoded(predictor, 2)));
      assertEquals(Optional.of(first), kept.find("1"));
      assertTrue(kept.keep("3", encoded(predictor, 3)));
      assertEquals(Optional.empty(), kept.size("2"));
      assertEquals(Optional.of(new Size(1, 5)), kept.size("1"));
      assertEquals(Optional.of(new Size(3, 5)), kept.size("3"));
      assertEquals(2, kept.count());
      assertEquals(2 * each, kept.bytes());
      assertEquals(before + 2 * each, engine.memory().liveBytes());
      kept.close();
      assertEquals(0, kept.bytes());
      assertEquals(before, engine.memory().liveBytes());
    }
  }

  @Test
  void whatIsLargerThanAllMayBeStaysTheCallers() throws Exception {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(1));
        PromptPredictor predictor = PromptPredictor.open(engine, TinySam.write(folder));
        EncodedPicture picture = encoded(predictor, 4);
        KeptPictures kept = new KeptPictures(picture.bytes() - 1)) {
      assertFalse(kept.keep("4", picture));
      assertEquals(0, kept.count());
    }
  }
}
