package org.maskwright.datasets.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.files.InputFile;
import org.maskwright.files.OutputFile;

/**
 * PNGs that hold labels: read and written as the integers they are, never as colours to look at.
 *
 * <table>
 * <caption>What a pixel is read as</caption>
 * <tr><td>grey, 1 to 16 bits</td><td>the stored value (not scaled to 255)</td></tr>
 * <tr><td>palette, 1 to 8 bits</td><td>the index; the palette is not looked at</td></tr>
 * <tr><td>RGB, 8 bits</td><td>R + 256 G + 65536 B, the panoptic id</td></tr>
 * <tr><td>grey + alpha, RGBA</td><td>the same without the alpha</td></tr>
 * </table>
 *
 * <p>Sizes are bounded before memory is taken: at most {@link #MAX_PIXELS} pixels and {@link
 * #MAX_FILE_BYTES} bytes, and a file too small to hold the image it announces (deflate shrinks at
 * most 1032 times) is refused unread. Checksums are verified.
 *
 * <p><b>Threads</b> All methods may be called from any thread. <b>Cost</b> dominated by inflating;
 * see benchmarks.
 */
public final class LabelPng {
  public static final int MAX_PIXELS = 1 << 26;
  public static final long MAX_FILE_BYTES = 1L << 28;
  private static final int BUFFER_BYTES = 1 << 16;

  private LabelPng() {}

  /** What the first bytes of a PNG say. */
  public record Header(int height, int width, int bitDepth, PixelKind kind, boolean interlaced) {}

  /** PNG's five colour types. */
  public enum PixelKind {
    GREY(0, 1),
    RGB(2, 3),
    PALETTE(3, 1),
    GREY_ALPHA(4, 2),
    RGBA(6, 4);

    final int code;
    final int channels;

    PixelKind(int code, int channels) {
      this.code = code;
      this.channels = channels;
    }
  }

  /**
   * Reads a label PNG.
   *
   * @throws DatasetException if the file is missing, not a PNG, truncated, damaged, too large, or
   *     of 16-bit colour
   */
  public static LabelMap read(Path file) {
    return read(file, new PngBuffers());
  }

  static LabelMap read(Path file, PngBuffers buffers) {
    try {
      return new PngReader(bytes(file)).read(buffers);
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  /**
   * Reads a label PNG that must have the given size, which is checked before anything is decoded.
   *
   * @throws DatasetException as {@link #read(Path)}, and if the size differs
   */
  public static LabelMap read(Path file, int height, int width) {
    return read(file, height, width, new PngBuffers());
  }

  static LabelMap read(Path file, int height, int width, PngBuffers buffers) {
    try {
      PngReader reader = new PngReader(bytes(file));
      Header header = reader.header();
      if (header.height() != height || header.width() != width) {
        throw new DatasetException(
            "expected a PNG of "
                + width
                + " x "
                + height
                + " pixels, got "
                + header.width()
                + " x "
                + header.height());
      }
      return reader.read(buffers);
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  /**
   * Reads a label PNG of class or object indices. Differs from {@link #read(Path)} in what colours
   * are: three equal channels are the value they all have, any other colour is no index.
   *
   * @throws DatasetException as {@link #read(Path)}, and if a pixel has a colour
   */
  public static LabelMap readIndices(Path file) {
    return readIndices(file, new PngBuffers());
  }

  static LabelMap readIndices(Path file, PngBuffers buffers) {
    try {
      PngReader reader = new PngReader(bytes(file));
      LabelMap map = reader.read(buffers);
      PixelKind kind = reader.header().kind();
      return kind == PixelKind.RGB || kind == PixelKind.RGBA ? greys(map) : map;
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  private static LabelMap greys(LabelMap map) {
    int[] greys = map.labels().clone();
    for (int i = 0; i < greys.length; i++) {
      int red = greys[i] & 0xFF;
      int green = greys[i] >> 8 & 0xFF;
      int blue = greys[i] >> 16;
      if (red != green || green != blue) {
        throw new DatasetException(
            "a mask of colours: pixel (%d, %d) is (%d, %d, %d); expected class numbers in a grey or palette PNG, or a file that names the colours: maskwright data colors lists what occurs and writes it"
                .formatted(i % map.width(), i / map.width(), red, green, blue));
      }
      greys[i] = red;
    }
    return new LabelMap(map.height(), map.width(), greys);
  }

  /**
   * Reads a label PNG from memory.
   *
   * @throws DatasetException as {@link #read(Path)}, without the file's name
   */
  public static LabelMap decode(byte[] png) {
    return new PngReader(png).read(new PngBuffers());
  }

  /**
   * Writes labels 0 to 255 as 8-bit grey. As with every kind the file appears whole or not at all.
   *
   * @throws IllegalArgumentException if a label is not in the range
   * @throws org.maskwright.files.OutputException if the file cannot be written
   */
  public static void writeGrey8(Path file, LabelMap map) {
    OutputFile.write(file, encodeGrey8(map));
  }

  /** The file that {@link #writeGrey8} writes. */
  public static byte[] encodeGrey8(LabelMap map) {
    return PngWriter.encode(map, PixelKind.GREY, 8, null);
  }

  /**
   * Writes labels 0 to 65535 as 16-bit grey.
   *
   * @throws IllegalArgumentException if a label is not in the range
   * @throws org.maskwright.files.OutputException if the file cannot be written
   */
  public static void writeGrey16(Path file, LabelMap map) {
    OutputFile.write(file, encodeGrey16(map));
  }

  /** The file that {@link #writeGrey16} writes. */
  public static byte[] encodeGrey16(LabelMap map) {
    return PngWriter.encode(map, PixelKind.GREY, 16, null);
  }

  /**
   * Writes labels as indices into a palette.
   *
   * @param paletteRgb 1 to 256 colours 0xRRGGBB; every label must be below its length
   * @throws IllegalArgumentException if a label is not, or the palette has another length
   * @throws org.maskwright.files.OutputException if the file cannot be written
   */
  public static void writePalette(Path file, LabelMap map, int[] paletteRgb) {
    OutputFile.write(file, encodePalette(map, paletteRgb));
  }

  /** The file that {@link #writePalette} writes. */
  public static byte[] encodePalette(LabelMap map, int[] paletteRgb) {
    return PngWriter.encode(map, PixelKind.PALETTE, 8, paletteRgb);
  }

  /**
   * Writes panoptic ids 0 to 2^24 - 1 as RGB.
   *
   * @throws IllegalArgumentException if an id is not in the range
   * @throws org.maskwright.files.OutputException if the file cannot be written
   */
  public static void writeRgbIds(Path file, LabelMap map) {
    OutputFile.write(file, encodeRgbIds(map));
  }

  /** The file that {@link #writeRgbIds} writes. */
  public static byte[] encodeRgbIds(LabelMap map) {
    return PngWriter.encode(map, PixelKind.RGB, 8, null);
  }

  /** The file of {@link #writeGrey8} for labels that come row by row. */
  public static OutputFile.Content grey8(LabelRows labels) {
    return content(labels, PixelKind.GREY, 8, null);
  }

  /** The file of {@link #writeGrey16} for labels that come row by row. */
  public static OutputFile.Content grey16(LabelRows labels) {
    return content(labels, PixelKind.GREY, 16, null);
  }

  /** The file of {@link #writePalette} for labels that come row by row. */
  public static OutputFile.Content palette(LabelRows labels, int[] paletteRgb) {
    return content(labels, PixelKind.PALETTE, 8, paletteRgb);
  }

  /** The file of {@link #writeRgbIds} for ids that come row by row. */
  public static OutputFile.Content rgbIds(LabelRows ids) {
    return content(ids, PixelKind.RGB, 8, null);
  }

  private static OutputFile.Content content(
      LabelRows labels, PixelKind kind, int depth, int[] paletteRgb) {
    return channel -> {
      var out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
      PngWriter.write(labels, kind, depth, paletteRgb, out);
    };
  }

  private static byte[] bytes(Path file) {
    InputFile.require(file, DatasetException::new);
    try {
      long size = Files.size(file);
      if (size > MAX_FILE_BYTES) {
        throw new DatasetException(
            "a PNG of " + size + " bytes, expected at most " + MAX_FILE_BYTES);
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new DatasetException("no such file", e);
    } catch (IOException e) {
      throw new DatasetException("cannot be read: " + e, e);
    }
  }
}
