package org.maskwright.datasets.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.Font;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.maskwright.datasets.picture.Lettering.Face;
import org.maskwright.datasets.picture.Lettering.Glyph;

class LetteringTest {
  private static final int SNOWMAN = 0x2603;
  private static final int PRIVATE_USE = 0xF8D7;

  @ParameterizedTest
  @EnumSource(Face.class)
  void lettersOfLatinGreekAndCyrillicLookTheSameOnEveryMachine(Face face) {
    String names =
        "façade Ärger Øresund ñandú Þór Łódź čeština ğ şık œuf ŵ"
            + "Ελλάδα Ώδε αύριο ϊ"
            + "кошка Ёж Їжак Ґанок Љубав Ў"
            + "„–—…€№";
    Glyph none = Lettering.glyph(face, '?');
    for (int letter : names.codePoints().filter(c -> c != ' ').toArray()) {
      assertTrue(Lettering.isBuiltIn(letter), Character.toString(letter));
      Glyph glyph = Lettering.glyph(face, letter);
      assertTrue(glyph.advance() > 0 && !glyph.outline().getBounds2D().isEmpty());
      assertNotEquals(none.outline().getBounds2D(), glyph.outline().getBounds2D());
    }
  }

  @Test
  void anAccentThatStandsBesideItsLetterIsDrawnWithIt() {
    assertEquals(
        Lettering.width("caf\u00e9", Face.REGULAR, 10),
        Lettering.width("cafe\u0301", Face.REGULAR, 10));
  }

  @Test
  void aLetterThatNoFontHasIsAQuestionMark() {
    assertEquals(Optional.empty(), InstalledFonts.glyph(List.of(), Face.BOLD, SNOWMAN));
    assertEquals(
        Lettering.glyph(Face.BOLD, '?').advance(),
        Lettering.glyph(Face.BOLD, PRIVATE_USE).advance());
  }

  @Test
  void aLetterThatIsNotBuiltInIsThatOfAnInstalledFont() {
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    assumeTrue(font.canDisplay(SNOWMAN), "no installed font has U+2603");
    Glyph glyph = InstalledFonts.glyph(List.of(font), Face.REGULAR, SNOWMAN).orElseThrow();
    assertTrue(glyph.advance() > 0 && glyph.outline().getBounds2D().getHeight() > 100);
  }

  @Test
  void aTextIsNotCutInsideALetter() {
    String clefs = "\uD834\uDD1E".repeat(4);
    String cut =
        Lettering.fit(clefs, Face.REGULAR, 10, Lettering.width(clefs, Face.REGULAR, 10) - 1);
    assertTrue(cut.endsWith("…"));
    assertEquals(1, cut.length() % 2, "half a letter before the ellipsis");
    assertEquals("\uD834\uDD1E…", Lettering.fit(clefs, Face.REGULAR, 10, 0));
    assertEquals("", Lettering.fit("", Face.REGULAR, 10, 0));
  }
}
