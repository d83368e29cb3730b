package org.maskwright.datasets.image;

import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Size;

/** Opens picture files in the way that suits their kind and size. */
final class LargePictureFile {
  /** Of a JPEG, the segments before the frame header: profiles and previews. */
  private static final int HEAD_BYTES = 1 << 22;

  private LargePictureFile() {}

  /**
   * @param wholePixels pictures of more are not decoded whole
   */
  static ImageWindows open(Path file, long wholePixels) {
    try {
      return opened(file, wholePixels);
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  private static ImageWindows opened(Path file, long wholePixels) {
    byte[] head = ImageDecoder.head(file, HEAD_BYTES);
    if (TiffWindows.isTiff(head)) {
      return TiffWindows.open(file)
          .map(tiff -> pixels(tiff.size()) > wholePixels ? large(tiff) : whole(tiff, file))
          .orElseGet(() -> ImageWindows.of(ImageDecoder.read(file)));
    }
    ImageHeader header = ImageHeader.read(head);
    requireCountable(header.width(), header.height());
    Optional<RowSource> rows =
        (long) header.width() * header.height() <= wholePixels
            ? Optional.empty()
            : switch (header.format()) {
              case PNG -> PngRowSource.open(file).map(RowSource.class::cast);
              case JPEG -> JpegRowSource.open(file, head, header);
              case BMP, TIFF, WEBP -> Optional.empty();
            };
    return rows.<ImageWindows>map(UnpackedPicture::of)
        .orElseGet(() -> ImageWindows.of(ImageDecoder.read(file)));
  }

  /** Pixels are numbered by ints everywhere: masks, maps, frames. */
  private static void requireCountable(long width, long height) {
    if (width * height > Integer.MAX_VALUE) {
      throw new DatasetException(
          "image: expected at most %d pixels, the header says %d x %d; divide the picture"
              .formatted(Integer.MAX_VALUE, width, height));
    }
  }

  private static ImageWindows large(TiffWindows tiff) {
    requireCountable(tiff.size().width(), tiff.size().height());
    return tiff;
  }

  private static ImageWindows whole(TiffWindows tiff, Path file) {
    tiff.close();
    return ImageWindows.of(ImageDecoder.read(file));
  }

  private static long pixels(Size size) {
    return (long) size.width() * size.height();
  }
}
