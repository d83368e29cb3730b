package org.maskwright.datasets.tiff;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.PixelFormat;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;

/**
 * A TIFF or BigTIFF of which windows are read: only the strips or tiles that a window touches.
 *
 * <p>Channels are interleaved, in planes, or pages of one channel each and of one size. Alpha is a
 * channel like others. Numbers have 8, 16, 32 or 64 bits. White that is 0 is turned round; the
 * orientation is left as it is stored, as the libraries of the sciences do.
 *
 * <p><b>Threads</b> any number. <b>Memory</b> a block, and what is asked for. <b>Lifecycle</b>
 * holds the file until it is closed.
 */
public final class TiffFile implements AutoCloseable {
  private static final int WHITE_IS_ZERO = 0;
  private static final int RGB = 2;

  private final TiffSource file;
  private final ByteOrder order;
  private final List<TiffPage> pages;

  private TiffFile(TiffSource file, ByteOrder order, List<TiffPage> pages) {
    this.file = file;
    this.order = order;
    this.pages = pages;
  }

  /** Whether a file begins as a TIFF or a BigTIFF. */
  public static boolean isTiff(byte[] head) {
    return head.length >= 4
        && (head[0] == 'I' && head[1] == 'I' && (head[2] == 42 || head[2] == 43) && head[3] == 0
            || head[0] == 'M'
                && head[1] == 'M'
                && head[2] == 0
                && (head[3] == 42 || head[3] == 43));
  }

  /**
   * Opens a file and reads its tags.
   *
   * @throws DatasetException if it is missing, truncated or no TIFF
   */
  public static TiffFile open(Path path) {
    try {
      return open(TiffSource.of(FileChannel.open(path, StandardOpenOption.READ)));
    } catch (NoSuchFileException e) {
      throw new DatasetException("image: the file does not exist", e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * The tags of a file that is in memory.
   *
   * @throws DatasetException if it is truncated or no TIFF
   */
  public static TiffFile of(byte[] file) {
    try {
      return open(TiffSource.of(file));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static TiffFile open(TiffSource file) throws IOException {
    boolean done = false;
    try {
      TiffTags tags = new TiffTags(file);
      TiffFile opened = new TiffFile(file, tags.order(), pages(tags));
      done = true;
      return opened;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  private static DatasetException unreadable(IOException e) {
    return new DatasetException("image: cannot read the file: " + e.getMessage(), e);
  }

  /** The first page, and those that are further channels of it. */
  private static List<TiffPage> pages(TiffTags tags) throws IOException {
    if (!tags.hasPage()) {
      throw new DatasetException("TIFF: damaged, it has no page");
    }
    List<TiffPage> pages = new ArrayList<>(List.of(new TiffPage(tags.page())));
    TiffPage first = pages.get(0);
    boolean one = first.format().channels() == 1;
    while (one && tags.hasPage()) {
      TiffPage page = new TiffPage(tags.page());
      if (page.isReducedOrMask()) {
        continue;
      }
      if (!page.isAlike(first)) {
        return List.of(first); // a document of several pictures
      }
      pages.add(page);
    }
    return pages;
  }

  /** Columns and rows. */
  public Size size() {
    return pages.get(0).size();
  }

  /** What the pixels are; of several pages together. */
  public PixelFormat format() {
    PixelFormat first = pages.get(0).format();
    return pages.size() == 1
        ? first
        : new PixelFormat(pages.size(), false, first.bits(), first.numbers());
  }

  /**
   * Some channels of a window, in units of 0..255.
   *
   * @param channels by number from 0; one may come twice
   * @throws IllegalArgumentException if the window reaches beyond the picture
   * @throws DatasetException if the file is damaged, of a compression or depth that is not read, or
   *     if numbers are NaN or infinite
   */
  public ChannelImage read(Window window, int... channels) {
    if (window.right() > size().width() || window.bottom() > size().height()) {
      throw new IllegalArgumentException(
          "%s: expected it inside the picture of %s".formatted(window, size()));
    }
    refusal()
        .ifPresent(
            problem -> {
              throw new DatasetException(problem);
            });
    int plane = Math.multiplyExact(window.width(), window.height());
    float[] values = new float[Math.multiplyExact(channels.length, plane)];
    try {
      for (TiffPage page : pages.stream().distinct().toList()) {
        read(page, window, channels, values);
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    requireFinite(values, window, channels);
    return new ChannelImage(window.width(), window.height(), channels.length, values);
  }

  /** What of the file is not read here; empty if all is. */
  public Optional<String> refusal() {
    PixelFormat format = pages.get(0).format();
    int bits = format.bits();
    boolean whole = bits == 8 || bits == 16 || bits == 32 || bits == 64;
    if (!whole || (format.numbers() == PixelFormat.Numbers.FLOAT && bits < 32)) {
      return Optional.of(
          "TIFF: expected channels of 8, 16 or 32 bits, or floating-point numbers of 32 or 64, got "
              + format);
    }
    if (pages.get(0).photometric() > RGB) {
      return Optional.of(
          "TIFF: colours of kind %d (a palette, CMYK, YCbCr or CIELab) of these channels are not read; save it as grey or RGB"
              .formatted(pages.get(0).photometric()));
    }
    return pages.stream()
        .flatMap(page -> TiffCompression.refusal(page.compression()).stream())
        .findFirst();
  }

  private void read(TiffPage page, Window window, int[] channels, float[] values)
      throws IOException {
    Size block = page.block();
    int across = (size().width() - 1) / block.width() + 1;
    int down = (size().height() - 1) / block.height() + 1;
    int planes = page.isPlanar() ? page.format().channels() : 1;
    for (int p = 0; p < planes; p++) {
      if (!isWanted(page, p, channels)) {
        continue;
      }
      for (int by = window.y() / block.height(); by * block.height() < window.bottom(); by++) {
        for (int bx = window.x() / block.width(); bx * block.width() < window.right(); bx++) {
          Window area =
              new Window(bx * block.width(), by * block.height(), block.width(), block.height());
          copy(page, p, (p * down + by) * across + bx, area, window, channels, values);
        }
      }
    }
  }

  private boolean isWanted(TiffPage page, int plane, int[] channels) {
    for (int channel : channels) {
      if (holds(page, plane, channel)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a channel lies in the blocks of a page's plane. */
  private boolean holds(TiffPage page, int plane, int channel) {
    return pages.size() > 1 ? pages.get(channel) == page : !page.isPlanar() || plane == channel;
  }

  private void copy(
      TiffPage page,
      int plane,
      int number,
      Window area,
      Window window,
      int[] channels,
      float[] values)
      throws IOException {
    Window common = area.intersection(window);
    int samples = page.isPlanar() ? 1 : page.format().channels();
    int rowBytes =
        Math.multiplyExact(
            Math.multiplyExact(area.width(), samples), page.format().bits() / Byte.SIZE);
    // Only these rows, where rows can be found; else all from the block's first.
    boolean plain = page.compression() == TiffCompression.NONE;
    int firstRow = plain ? common.y() - area.y() : 0;
    int endRow = common.bottom() - area.y();
    byte[] bytes = bytes(page, number, firstRow, endRow, rowBytes);
    TiffBlock block =
        new TiffBlock(bytes, order, area.width(), samples, page.format(), page.predictor());
    boolean inverse =
        page.photometric() == WHITE_IS_ZERO
            && page.format().numbers() == PixelFormat.Numbers.UNSIGNED;
    for (int c = 0; c < channels.length; c++) {
      if (!holds(page, plane, channels[c])) {
        continue;
      }
      int sample = samples == 1 ? 0 : channels[c];
      for (int y = common.y(); y < common.bottom(); y++) {
        int to = (c * window.height() + y - window.y()) * window.width() + common.x() - window.x();
        block.values(
            y - area.y() - firstRow, common.x() - area.x(), sample, common.width(), values, to);
        for (int i = to; inverse && i < to + common.width(); i++) {
          values[i] = 255 - values[i];
        }
      }
    }
  }

  private byte[] bytes(TiffPage page, int number, int firstRow, int endRow, int rowBytes)
      throws IOException {
    long[] place = page.place(number);
    int length = Math.multiplyExact(endRow - firstRow, rowBytes);
    if (page.compression() == TiffCompression.NONE) {
      return TiffTags.read(file, place[0] + (long) firstRow * rowBytes, length);
    }
    if (place[1] < 0) {
      throw new DatasetException("TIFF: damaged, blocks of no length");
    }
    byte[] packed = TiffTags.read(file, place[0], place[1]);
    return TiffCompression.unpacked(page.compression(), packed, length);
  }

  private void requireFinite(float[] values, Window window, int[] channels) {
    if (format().numbers() != PixelFormat.Numbers.FLOAT) {
      return;
    }
    long bad = 0;
    int first = -1;
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        bad++;
        first = first < 0 ? i : first;
      }
    }
    if (bad > 0) {
      int plane = window.width() * window.height();
      throw new DatasetException(
          "image: %d of %d values are NaN, infinite or too large, the first in channel %d at (%d, %d); put numbers in their place, such as the channel's mean"
              .formatted(
                  bad,
                  values.length,
                  channels[first / plane] + 1,
                  window.x() + first % plane % window.width(),
                  window.y() + first % plane / window.width()));
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new DatasetException("image: " + e.getMessage(), e);
    }
  }
}
