package org.maskwright.datasets.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** A picture with lines of text below it. */
public final class TextBelow {
  private static final double SIZE = 15;
  private static final double LINE = 1.5; // by sizes
  private static final int MARGIN = 6;
  private static final Color INK = new Color(0x24292F);

  private TextBelow() {}

  /**
   * A line.
   *
   * @param bold whether it stands out
   */
  public record Line(String text, boolean bold) {}

  /** The picture over its lines, those that are too long cut; without lines the picture itself. */
  public static Picture draw(Picture picture, List<Line> lines) {
    if (lines.isEmpty()) {
      return picture;
    }
    int text = (int) Math.ceil(lines.size() * SIZE * LINE) + 2 * MARGIN;
    var image =
        new BufferedImage(
            picture.width(), picture.height() + text, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = Picture.smooth(image);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, image.getWidth(), image.getHeight());
    g.drawImage(picture.image(), 0, 0, null);
    double y = picture.height() + MARGIN + SIZE;
    for (Line line : lines) {
      Lettering.Face face = line.bold() ? Lettering.Face.BOLD : Lettering.Face.REGULAR;
      String fitted = Lettering.fit(line.text(), face, SIZE, picture.width() - 2.0 * MARGIN);
      Lettering.draw(g, fitted, face, SIZE, INK, MARGIN, y);
      y += SIZE * LINE;
    }
    g.dispose();
    return new Picture(image);
  }
}
