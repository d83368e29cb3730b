package org.maskwright.modelzoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelSummaryTest {
  @Test
  void resNet50CostsItsPublishedMultiplyAdds() {
    ModelSummary summary = ModelSummary.of(Variants.get("mask2former-r50"), 133, 224, 224);
    // torchvision prints 4.09 G with the classifier, which has 2 M of them.
    assertEquals(4.087e9, summary.parts().get(0).multiplyAdds(), 0.005e9);
  }

  @Test
  void partsAddUpAndShapesArePadded() {
    ModelSummary summary = ModelSummary.of(Variants.get("mask2former-tiny"), 5, 97, 131);
    assertEquals(
        summary.parameters(),
        summary.parts().stream().mapToLong(ModelSummary.Part::parameters).sum());
    assertEquals(
        summary.multiplyAdds(),
        summary.parts().stream().mapToLong(ModelSummary.Part::multiplyAdds).sum());
    assertEquals(Optional.of("[1,20,6]"), summary.classLogits());
    assertEquals("[1,20,32,40]", summary.maskLogits());
  }

  @Test
  void frozenNormalisationIsCountedButNotTrained() {
    ModelSummary.Part backbone =
        ModelSummary.of(Variants.get("mask2former-r50"), 133, 32, 32).parts().get(0);
    assertEquals(23_508_032, backbone.parameters());
    assertEquals(53_120, backbone.parameters() - backbone.trainable());
  }

  @Test
  void emptyImagesAreRefused() {
    ModelConfig tiny = Variants.get("mask2former-tiny");
    assertThrows(IllegalArgumentException.class, () -> ModelSummary.of(tiny, 5, 0, 8));
  }
}
