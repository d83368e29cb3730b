package org.maskwright.datasets.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.tiff.TiffFile;
import org.maskwright.files.InputFile;

/** The size that a photograph has once it is decoded, from its first bytes where these tell it. */
public final class PhotographSize {
  private static final int HEAD_BYTES = 1 << 18;
  private static final int FIRST_TURNED = 5; // EXIF's orientations 5 to 8 exchange the sides

  private PhotographSize() {}

  /**
   * Reads a header.
   *
   * @throws DatasetException if the file is missing or no image
   */
  public static Size of(Path file) {
    InputFile.require(file, problem -> new DatasetException("image: " + problem).inFile(file));
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD_BYTES);
    } catch (IOException e) {
      throw DatasetException.ofFile(file, "image: cannot read the file: " + e.getMessage(), e);
    }
    Optional<Size> ofTiff = TiffFile.isTiff(head) ? ofTiff(file) : Optional.empty();
    if (ofTiff.isPresent()) {
      return ofTiff.get();
    }
    try {
      ImageHeader header = ImageHeader.read(head);
      if (header.format() == ImageHeader.Format.PNG || header.format() == ImageHeader.Format.BMP) {
        return new Size(header.width(), header.height());
      }
      if (header.format() == ImageHeader.Format.JPEG) {
        boolean turned = new JpegSegments(head).orientation() >= FIRST_TURNED;
        return turned
            ? new Size(header.height(), header.width())
            : new Size(header.width(), header.height());
      }
    } catch (DatasetException farther) {
      // the header may lie behind what was read: decode it all, which also says what is wrong
    }
    RgbImage image = ImageDecoder.read(file);
    return new Size(image.width(), image.height());
  }

  /**
   * The size that the header of a file in memory says, before any rotation: nothing is decoded.
   *
   * @throws DatasetException if it is no picture
   */
  public static Size announced(byte[] file) {
    ImageHeader header = ImageHeader.read(file);
    if (header.width() <= 0 || header.height() <= 0) {
      throw new DatasetException(
          "image: expected at least 1 pixel, the header says %d x %d"
              .formatted(header.width(), header.height()));
    }
    return new Size(header.width(), header.height());
  }

  /**
   * Of a TIFF of many channels or bits, or too large to be decoded whole, whose header may lie at
   * its end.
   */
  private static Optional<Size> ofTiff(Path file) {
    try {
      Optional<TiffFile> channels = PhotographFile.tiff(file, Channels.AS_STORED);
      if (channels.isPresent()) {
        channels.get().close();
        return channels.map(TiffFile::size);
      }
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
    Optional<TiffWindows> tiff = TiffWindows.open(file);
    tiff.ifPresent(TiffWindows::close);
    return tiff.map(TiffWindows::size)
        .filter(size -> (long) size.width() * size.height() > ImageWindows.WHOLE_PIXELS);
  }
}
