package org.maskwright.datasets.image;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.PixelFormat;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.tiff.TiffFile;

/**
 * Pictures with the channels that a model takes, and with all their bits. Grey and colours of 8
 * bits, where three channels are wanted, are what {@link ImageDecoder} reads; whatever has more
 * bits or other channels, of which there are TIFF and PNG, is a {@link ChannelImage}.
 *
 * <p><b>Threads</b> All methods may be called from any thread.
 */
public final class PhotographFile {
  private static final int HEAD_BYTES = 1 << 14;
  private static final int BIG_TIFF = 43;
  private static final int MOST_OF_COLOURS = 4;

  private PhotographFile() {}

  /**
   * Reads a file.
   *
   * @throws DatasetException if it is missing, damaged, of another number of channels, or holds NaN
   *     or infinity
   */
  public static Photograph read(Path file, Channels channels) {
    try {
      byte[] head = ImageDecoder.head(file, HEAD_BYTES);
      Optional<TiffFile> tiff = tiff(file, head, channels);
      if (tiff.isEmpty()) {
        return other(ImageDecoder.bytes(file), channels);
      }
      try (TiffFile open = tiff.get()) {
        return open.read(Window.of(open.size()), channels.of(open.format()));
      }
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  /**
   * Decodes the bytes of a file as {@link #read} does the file.
   *
   * @throws DatasetException if they are damaged, of another number of channels, or hold NaN or
   *     infinity
   */
  public static Photograph decode(byte[] file, Channels channels) {
    Optional<TiffFile> tiff = tiff(file, channels, () -> TiffFile.of(file));
    if (tiff.isEmpty()) {
      return other(file, channels);
    }
    try (TiffFile open = tiff.get()) {
      return open.read(Window.of(open.size()), channels.of(open.format()));
    }
  }

  /**
   * What a file says of its pixels, from its first bytes.
   *
   * @throws DatasetException if it is missing or no picture
   */
  public static PixelFormat format(Path file) {
    try {
      byte[] head = ImageDecoder.head(file, HEAD_BYTES);
      if (TiffFile.isTiff(head)) {
        try (TiffFile tiff = TiffFile.open(file)) {
          return tiff.format();
        }
      }
      return ofHead(head, () -> ImageDecoder.bytes(file));
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  /**
   * Opens a TIFF that is not read as 8-bit colours; empty of any other file, and of a TIFF of which
   * only the other decoder knows the compression or the colours, or what is damaged.
   */
  static Optional<TiffFile> tiff(Path file, Channels channels) {
    return tiff(file, ImageDecoder.head(file, HEAD_BYTES), channels);
  }

  private static Optional<TiffFile> tiff(Path file, byte[] head, Channels channels) {
    return tiff(head, channels, () -> TiffFile.open(file));
  }

  private static Optional<TiffFile> tiff(
      byte[] head, Channels channels, Supplier<TiffFile> opener) {
    if (!TiffFile.isTiff(head)) {
      return Optional.empty();
    }
    boolean big = head[2] == BIG_TIFF || head[3] == BIG_TIFF;
    TiffFile tiff;
    try {
      tiff = opener.get();
    } catch (DatasetException e) {
      if (channels.mayBeColours() && !big) {
        return Optional.empty();
      }
      throw e;
    }
    boolean colours = channels.mayBeColours() && tiff.format().channels() <= MOST_OF_COLOURS;
    boolean byOther = channels.readsAsRgb(tiff.format()) || (colours && tiff.refusal().isPresent());
    if (byOther && !big) {
      tiff.close();
      return Optional.empty();
    }
    return Optional.of(tiff);
  }

  private static Photograph other(byte[] file, Channels channels) {
    if (readsAsRgb(file, () -> file, channels)) {
      return ImageDecoder.decode(file);
    }
    int[] wanted = channels.of(ofHead(file, () -> file));
    return PngChunks.isPng(file)
        ? PngChannels.decode(file, wanted)
        : ChannelImage.of(ImageDecoder.decode(file), wanted);
  }

  /**
   * Windows of a file that is no TIFF and not read as 8-bit colours.
   *
   * @param wholeValues of pictures with more numbers a PNG is not decoded whole
   */
  static ImageWindows windows(Path file, Channels channels, long wholeValues) {
    byte[] head = ImageDecoder.head(file, HEAD_BYTES);
    if (PngChunks.isPng(head)) {
      ImageHeader header = ImageHeader.read(head);
      PixelFormat format = PngChannels.format(head);
      int[] wanted = channels.of(format);
      long values = (long) header.width() * header.height() * wanted.length;
      Optional<PngRowSource> rows =
          values > wholeValues && PngChannels.isStoredAs(format, head)
              ? PngRowSource.open(file)
              : Optional.empty();
      if (rows.isPresent()) {
        return UnpackedChannels.of(rows.get(), format, wanted);
      }
    }
    return ImageWindows.of(read(file, channels));
  }

  /** Whether a file that is no TIFF is read as 8-bit colours. */
  static boolean readsAsRgb(Path file, Channels channels) {
    return readsAsRgb(
        ImageDecoder.head(file, HEAD_BYTES), () -> ImageDecoder.bytes(file), channels);
  }

  private static boolean readsAsRgb(byte[] head, Supplier<byte[]> whole, Channels channels) {
    return channels.mayBeColours()
        && (!PngChunks.isPng(head) || channels.readsAsRgb(ofHead(head, whole)));
  }

  /** Of what is no TIFF; colours of 8 bits but for grey JPEGs and PNGs. */
  private static PixelFormat ofHead(byte[] head, Supplier<byte[]> whole) {
    if (PngChunks.isPng(head)) {
      return PngChannels.format(head);
    }
    ImageHeader header;
    try {
      header = ImageHeader.read(head);
    } catch (DatasetException farther) { // behind profiles and previews
      header = ImageHeader.read(whole.get());
    }
    return PixelFormat.of(header.components() == 1 ? 1 : 3, Byte.SIZE);
  }
}
