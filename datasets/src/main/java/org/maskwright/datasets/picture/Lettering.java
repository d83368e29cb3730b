package org.maskwright.datasets.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * Text as filled outlines.
 *
 * <p>Java's own text needs fontconfig and an installed font, which slim containers lack (it throws
 * there), and draws differently from machine to machine. The outlines of printable ASCII and a few
 * signs ship as a resource; any other character is drawn as "?".
 */
final class Lettering {
  /** Weight of the face. */
  enum Face {
    REGULAR,
    BOLD
  }

  /** Height of a capital letter, in em. */
  static final double CAP_HEIGHT = 0.729;

  private static final double UNITS_PER_EM = 1000;
  private static final String RESOURCE = "lettering.txt";

  private static final class Holder {
    static final Map<Face, Map<Character, Glyph>> FACES = load();
  }

  private record Glyph(double advance, Path2D outline) {}

  private Lettering() {}

  /** Width of a line of text in pixels, at {@code size} pixels per em. */
  static double width(String text, Face face, double size) {
    double units = 0;
    for (int i = 0; i < text.length(); i++) {
      units += glyph(face, text.charAt(i)).advance();
    }
    return units * size / UNITS_PER_EM;
  }

  /** Draws one line with its baseline starting at (x, y). */
  static void draw(
      Graphics2D g, String text, Face face, double size, Color colour, double x, double y) {
    g.setColor(colour);
    double pen = x;
    for (int i = 0; i < text.length(); i++) {
      Glyph glyph = glyph(face, text.charAt(i));
      var place = AffineTransform.getTranslateInstance(pen, y);
      place.scale(size / UNITS_PER_EM, size / UNITS_PER_EM);
      g.fill(place.createTransformedShape(glyph.outline()));
      pen += glyph.advance() * size / UNITS_PER_EM;
    }
  }

  /** The longest beginning of the text that fits, with an ellipsis where something was cut. */
  static String fit(String text, Face face, double size, double maxWidth) {
    if (width(text, face, size) <= maxWidth) {
      return text;
    }
    int n = text.length();
    while (n > 1 && width(text.substring(0, n) + "…", face, size) > maxWidth) {
      n--;
    }
    return text.substring(0, n) + "…";
  }

  private static Glyph glyph(Face face, char c) {
    Map<Character, Glyph> glyphs = Holder.FACES.get(face);
    Glyph glyph = glyphs.get(c);
    return glyph != null ? glyph : glyphs.get('?');
  }

  private static Map<Face, Map<Character, Glyph>> load() {
    Map<Face, Map<Character, Glyph>> faces = new EnumMap<>(Face.class);
    try (InputStream in = Lettering.class.getResourceAsStream(RESOURCE);
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      Map<Character, Glyph> face = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("#")) {
          continue;
        }
        if (line.startsWith("face ")) {
          face = new HashMap<>();
          faces.put("face bold".equals(line) ? Face.BOLD : Face.REGULAR, face);
        } else if (face != null) {
          var words = new StringTokenizer(line);
          char c = (char) Integer.parseInt(words.nextToken(), 16);
          face.put(c, new Glyph(number(words), outline(words)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the glyph outlines " + RESOURCE, e);
    }
    return faces;
  }

  private static Path2D outline(StringTokenizer words) {
    var path = new Path2D.Double(Path2D.WIND_NON_ZERO);
    while (words.hasMoreTokens()) {
      String op = words.nextToken();
      switch (op) {
        case "M" -> path.moveTo(number(words), number(words));
        case "L" -> path.lineTo(number(words), number(words));
        case "Q" -> path.quadTo(number(words), number(words), number(words), number(words));
        case "Z" -> path.closePath();
        default -> throw new IllegalStateException("unknown outline operation " + op);
      }
    }
    return path;
  }

  private static double number(StringTokenizer words) {
    return Double.parseDouble(words.nextToken());
  }
}
