package org.maskwright.datasets.picture;

import java.awt.Font;
import java.awt.GraphicsEnvironment;
import java.awt.font.FontRenderContext;
import java.awt.font.GlyphVector;
import java.awt.geom.Path2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Letters of the fonts that the machine has, for those that are not built in: of its own choice for
 * text without serifs, else of the first font, by name, that has the letter.
 */
final class InstalledFonts {
  /** Of the fonts of this machine, each once; empty where Java cannot use any. */
  private static final class Holder {
    static final List<Font> FONTS = find();
  }

  private InstalledFonts() {}

  /** The outline of a letter, if a font has it. */
  static Optional<Lettering.Glyph> glyph(Lettering.Face face, int letter) {
    return glyph(Holder.FONTS, face, letter);
  }

  static Optional<Lettering.Glyph> glyph(List<Font> fonts, Lettering.Face face, int letter) {
    try {
      for (Font font : fonts) {
        if (font.canDisplay(letter)) {
          Optional<Lettering.Glyph> glyph = outline(font, face, letter);
          if (glyph.isPresent()) {
            return glyph;
          }
        }
      }
    } catch (RuntimeException | InternalError broken) {
      // A font file that Java cannot read is as good as none.
    }
    return Optional.empty();
  }

  private static Optional<Lettering.Glyph> outline(Font font, Lettering.Face face, int letter) {
    Font scaled =
        font.deriveFont(
            face == Lettering.Face.BOLD ? Font.BOLD : Font.PLAIN, (float) Lettering.UNITS_PER_EM);
    var exact = new FontRenderContext(null, true, true);
    GlyphVector vector = scaled.createGlyphVector(exact, Character.toString(letter));
    var outline = new Path2D.Double(vector.getOutline());
    boolean drawn = !outline.getBounds2D().isEmpty(); // letters that are pictures have no outline
    return drawn || Character.isWhitespace(letter)
        ? Optional.of(new Lettering.Glyph(vector.getLogicalBounds().getWidth(), outline))
        : Optional.empty();
  }

  /** Java throws errors of several kinds where it has no fontconfig, no freetype or no font. */
  private static List<Font> find() {
    try {
      Font[] all = GraphicsEnvironment.getLocalGraphicsEnvironment().getAllFonts();
      Arrays.sort(all, Comparator.comparing(Font::getFontName));
      List<Font> fonts = new ArrayList<>();
      fonts.add(new Font(Font.SANS_SERIF, Font.PLAIN, 1));
      fonts.addAll(Arrays.asList(all));
      return List.copyOf(fonts);
    } catch (RuntimeException | LinkageError | InternalError e) {
      return List.of();
    }
  }
}
