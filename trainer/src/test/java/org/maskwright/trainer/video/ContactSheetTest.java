package org.maskwright.trainer.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.picture.Picture;

class ContactSheetTest {
  private static final Picture DOT = Picture.ofRgb(new byte[3], 1, 1);

  private static ContactSheet of(int frames) {
    ContactSheet sheet = new ContactSheet();
    for (int t = 0; t < frames; t++) {
      sheet.frame(Integer.toString(t), () -> DOT);
    }
    return sheet;
  }

  @Test
  void aShortVideoIsShownWhole() {
    assertEquals(List.of("0"), of(1).captions());
    assertEquals(12, of(12).captions().size());
    assertTrue(of(1).draw("a").width() > 0);
  }

  /** However long it is, and without knowing how long. */
  @ParameterizedTest
  @ValueSource(ints = {13, 23, 24, 25, 100, 1000, 100_000})
  void framesAreSpreadEvenly(int frames) {
    List<Integer> shown = of(frames).captions().stream().map(Integer::valueOf).toList();
    assertEquals(12, shown.size());
    assertEquals(0, shown.get(0));
    double step = (frames - 1) / 11.0;
    for (int i = 0; i < 12; i++) {
      assertEquals(i * step, shown.get(i), 1 + 1.2 * step, "of " + frames);
    }
  }
}
