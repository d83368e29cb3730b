package org.maskwright.datasets.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several pictures in rows, each with a caption under it: photograph, annotation and prediction
 * side by side, say. A cell is as large as the largest picture of its column and row.
 */
public final class PictureGrid {
  private record Cell(Picture picture, String caption) {}

  private static final int MARGIN = 16;
  private static final int GAP = 12;
  private static final double CAPTION_SIZE = 15;
  private static final double TITLE_SIZE = 21;
  private static final Color INK = new Color(0x24292F);

  private final int columns;
  private final List<Cell> cells = new ArrayList<>();
  private String title = "";

  /**
   * An empty grid.
   *
   * @throws IllegalArgumentException if columns is below 1
   */
  public PictureGrid(int columns) {
    if (columns < 1) {
      throw new IllegalArgumentException("columns: expected at least 1, got " + columns);
    }
    this.columns = columns;
  }

  /** Sets the line above the grid; "" for none. */
  public PictureGrid title(String line) {
    title = line;
    return this;
  }

  /** Adds a picture in the next cell, row by row; "" for no caption. */
  public PictureGrid add(Picture picture, String caption) {
    cells.add(new Cell(picture, caption));
    return this;
  }

  /**
   * Draws the grid.
   *
   * @throws IllegalStateException if no picture was added
   */
  public Picture draw() {
    if (cells.isEmpty()) {
      throw new IllegalStateException("a grid needs at least one picture");
    }
    int rows = (cells.size() + columns - 1) / columns;
    int[] widths = new int[Math.min(columns, cells.size())];
    int[] heights = new int[rows];
    boolean[] captioned = new boolean[rows];
    for (int i = 0; i < cells.size(); i++) {
      Picture p = cells.get(i).picture();
      widths[i % columns] = Math.max(widths[i % columns], p.width());
      heights[i / columns] = Math.max(heights[i / columns], p.height());
      captioned[i / columns] |= !cells.get(i).caption().isEmpty();
    }
    int captionHeight = (int) Math.ceil(CAPTION_SIZE * 1.6);
    int titleHeight = title.isEmpty() ? 0 : (int) Math.ceil(TITLE_SIZE * 1.8);
    int w = 2 * MARGIN + Arrays.stream(widths).sum() + GAP * (widths.length - 1);
    int h = 2 * MARGIN + titleHeight + Arrays.stream(heights).sum() + GAP * (rows - 1);
    for (boolean c : captioned) {
      h += c ? captionHeight : 0;
    }
    var image = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = Picture.smooth(image);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, w, h);
    if (!title.isEmpty()) {
      text(g, title, Lettering.Face.BOLD, TITLE_SIZE, MARGIN, MARGIN, w - 2 * MARGIN);
    }
    int y = MARGIN + titleHeight;
    for (int row = 0; row < rows; row++) {
      int x = MARGIN;
      for (int column = 0; column < widths.length; column++) {
        int i = row * columns + column;
        if (i < cells.size()) {
          Cell cell = cells.get(i);
          g.drawImage(cell.picture().image(), x, y, null);
          int below = y + heights[row] + 4;
          text(g, cell.caption(), Lettering.Face.REGULAR, CAPTION_SIZE, x, below, widths[column]);
        }
        x += widths[column] + GAP;
      }
      y += heights[row] + GAP + (captioned[row] ? captionHeight : 0);
    }
    g.dispose();
    return new Picture(image);
  }

  private static void text(
      Graphics2D g, String line, Lettering.Face face, double size, int x, int top, int width) {
    String fitted = Lettering.fit(line, face, size, width);
    Lettering.draw(g, fitted, face, size, INK, x, top + size);
  }
}
