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
import java.text.Normalizer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Text as filled outlines.
 *
 * <p>Java's own text needs fontconfig and an installed font, which slim containers lack (it throws
 * there), and draws differently from machine to machine. The outlines of ASCII, Latin-1, Latin
 * Extended-A, Greek and Cyrillic ship as a resource, so pictures with such names are the same
 * everywhere. Another letter, of CJK for example, is that of an installed font ({@link
 * InstalledFonts}), and "?" where there is none. Letters stand one after the other: scripts that
 * join their letters, or run from the right, are drawn letter by letter.
 *
 * <p><b>Threads</b> any.
 */
final class Lettering {
  /** Weight of the face. */
  enum Face {
    REGULAR,
    BOLD
  }

  /** An outline with its baseline on y = 0, and the width it takes, in thousandths of an em. */
  record Glyph(double advance, Path2D outline) {}

  /** Height of a capital letter, in em. */
  static final double CAP_HEIGHT = 0.729;

  static final double UNITS_PER_EM = 1000;
  private static final String RESOURCE = "lettering.txt";

  /** Lines of the resource, read into outlines when they are first needed. */
  private static final class Holder {
    static final Map<Face, Map<Integer, String>> LINES = load();
    static final Map<Face, Map<Integer, Glyph>> GLYPHS = new EnumMap<>(Face.class);

    static {
      for (Face face : Face.values()) {
        GLYPHS.put(face, new ConcurrentHashMap<>());
      }
    }
  }

  private Lettering() {}

  /** Width of a line of text in pixels, at {@code size} pixels per em. */
  static double width(String text, Face face, double size) {
    double units =
        whole(text).codePoints().mapToDouble(letter -> glyph(face, letter).advance()).sum();
    return units * size / UNITS_PER_EM;
  }

  /** Draws one line with its baseline starting at (x, y). */
  static void draw(
      Graphics2D g, String text, Face face, double size, Color colour, double x, double y) {
    g.setColor(colour);
    double pen = x;
    for (int letter : whole(text).codePoints().toArray()) {
      Glyph glyph = glyph(face, letter);
      var place = AffineTransform.getTranslateInstance(pen, y);
      place.scale(size / UNITS_PER_EM, size / UNITS_PER_EM);
      g.fill(place.createTransformedShape(glyph.outline()));
      pen += glyph.advance() * size / UNITS_PER_EM;
    }
  }

  /** The longest beginning of the text that fits, with an ellipsis where something was cut. */
  static String fit(String text, Face face, double size, double maxWidth) {
    String line = whole(text);
    if (width(line, face, size) <= maxWidth) {
      return line;
    }
    int n = line.length();
    do {
      n = line.offsetByCodePoints(n, -1);
    } while (n > 0 && width(line.substring(0, n) + "…", face, size) > maxWidth);
    return line.substring(0, Math.max(n, line.offsetByCodePoints(0, 1))) + "…";
  }

  /** Accents that stand beside their letter, as in names of files on macOS, become one with it. */
  private static String whole(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  /** Whether a letter is built in, and so looks the same on every machine. */
  static boolean isBuiltIn(int letter) {
    return Holder.LINES.get(Face.REGULAR).containsKey(letter);
  }

  static Glyph glyph(Face face, int letter) {
    return Holder.GLYPHS.get(face).computeIfAbsent(letter, wanted -> make(face, wanted));
  }

  private static Glyph make(Face face, int letter) {
    Map<Integer, String> lines = Holder.LINES.get(face);
    String line = lines.get(letter);
    return line != null
        ? parse(line)
        : InstalledFonts.glyph(face, letter).orElseGet(() -> parse(lines.get((int) '?')));
  }

  private static Map<Face, Map<Integer, String>> load() {
    Map<Face, Map<Integer, String>> faces = new EnumMap<>(Face.class);
    try (InputStream in = Lettering.class.getResourceAsStream(RESOURCE);
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      Map<Integer, String> face = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("#")) {
          continue;
        }
        if (line.startsWith("face ")) {
          face = new HashMap<>();
          faces.put("face bold".equals(line) ? Face.BOLD : Face.REGULAR, face);
        } else if (face != null) {
          int space = line.indexOf(' ');
          face.put(Integer.parseInt(line.substring(0, space), 16), line.substring(space + 1));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the glyph outlines " + RESOURCE, e);
    }
    return faces;
  }

  private static Glyph parse(String line) {
    var words = new StringTokenizer(line);
    return new Glyph(number(words), outline(words));
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
