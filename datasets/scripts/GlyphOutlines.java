import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.geom.PathIterator;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes the outlines that {@code org.maskwright.datasets.picture.Lettering} draws with, so that pictures need no
 * installed font and are the same on every machine.
 *
 * <pre>java GlyphOutlines.java DejaVuSans.ttf DejaVuSans-Bold.ttf NOTICE OUT.txt</pre>
 */
public final class GlyphOutlines {
  /** ASCII; Latin-1 and Latin Extended-A; Greek; Cyrillic. */
  private static final int[][] RANGES = {{' ', '~'}, {0xA0, 0x17F}, {0x370, 0x3FF}, {0x400, 0x45F}};

  private static final String EXTRA = "ҐґȘșȚț–—‘’“”„•…€№";
  private static final int UNITS_PER_EM = 1000;

  public static void main(String[] args) throws Exception {
    StringBuilder out = new StringBuilder();
    for (String line : Files.readAllLines(Path.of(args[2]))) {
      out.append(("# " + line).stripTrailing()).append('\n');
    }
    write(out, "regular", args[0]);
    write(out, "bold", args[1]);
    Files.writeString(Path.of(args[3]), out);
  }

  private static void write(StringBuilder out, String face, String ttf) throws Exception {
    Font font = Font.createFont(Font.TRUETYPE_FONT, new File(ttf)).deriveFont((float) UNITS_PER_EM);
    var context = new FontRenderContext(null, true, true);
    out.append("face ").append(face).append('\n');
    for (int[] range : RANGES) {
      for (int c = range[0]; c <= range[1]; c++) {
        if (font.canDisplay(c)) {
          glyph(out, font, context, (char) c);
        }
      }
    }
    for (char c : EXTRA.toCharArray()) {
      glyph(out, font, context, c);
    }
  }

  private static void glyph(StringBuilder out, Font font, FontRenderContext context, char c) throws IOException {
    var vector = font.createGlyphVector(context, new char[] {c});
    out.append(Integer.toHexString(c)).append(' ').append(Math.round(vector.getGlyphMetrics(0).getAdvanceX()));
    double[] p = new double[6];
    for (PathIterator it = vector.getOutline().getPathIterator(null); !it.isDone(); it.next()) {
      int kind = it.currentSegment(p);
      switch (kind) {
        case PathIterator.SEG_MOVETO -> points(out.append(" M"), p, 1);
        case PathIterator.SEG_LINETO -> points(out.append(" L"), p, 1);
        case PathIterator.SEG_QUADTO -> points(out.append(" Q"), p, 2);
        case PathIterator.SEG_CLOSE -> out.append(" Z");
        default -> throw new IOException("TrueType outlines have no cubic segments");
      }
    }
    out.append('\n');
  }

  private static void points(StringBuilder out, double[] p, int n) {
    for (int i = 0; i < 2 * n; i++) {
      out.append(' ').append(Math.round(p[i]));
    }
  }
}
