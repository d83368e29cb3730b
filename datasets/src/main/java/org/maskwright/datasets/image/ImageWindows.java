package org.maskwright.datasets.image;

import java.nio.file.Files;
import java.nio.file.Path;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;

/**
 * A picture that is read window by window, so that one of 20,000 x 20,000 pixels needs no memory
 * for all of them. Pixels are as {@link ImageDecoder} gives them (of a large JPEG the JDK's decoder
 * may round colours otherwise).
 *
 * <p><b>Threads</b> any number. <b>Lifecycle</b> may hold a file: closed by who opened it.
 */
public interface ImageWindows extends AutoCloseable {
  /** Pictures up to so many pixels are decoded whole: 100 MB. */
  long WHOLE_PIXELS = 1L << 25;

  /** The whole picture. */
  Size size();

  /**
   * The pixels of a window.
   *
   * @throws IllegalArgumentException if it reaches beyond the picture
   * @throws DatasetException if the file is damaged or gone
   */
  RgbImage read(Window window);

  /** Bytes of memory that it keeps from one call to the next, about. */
  long heldBytes();

  /** Lets go of memory and files. */
  @Override
  void close();

  /** A picture that is in memory. */
  static ImageWindows of(RgbImage picture) {
    return new WindowsOfImage(picture);
  }

  /**
   * Opens a file: of up to {@link #WHOLE_PIXELS} pixels it is decoded whole; of more, a PNG or JPEG
   * is unpacked once into a temporary file of 3 bytes a pixel, as it can only be read from its
   * beginning, and of a TIFF the tiles or strips that a window needs are read each time.
   *
   * @throws DatasetException if it is missing, unreadable, no image or truncated, or larger than
   *     {@link ImageDecoder#MAX_PIXELS} and of a kind that cannot be read in parts
   * @throws org.maskwright.files.OutputException if there is no room for the temporary file
   */
  static ImageWindows open(Path file) {
    return LargePictureFile.open(file, WHOLE_PIXELS);
  }

  /** The photograph of an image of a data set, from its file where that is a large one. */
  static ImageWindows open(Dataset dataset, int index) {
    SampleInfo info = dataset.info(index);
    return isLarge(info) ? open(info.file()) : of(dataset.image(index));
  }

  /** The size of an image of a data set, from its file's header where the annotation has none. */
  static Size sizeOf(Dataset dataset, int index) {
    SampleInfo info = dataset.info(index);
    if (info.width() > 0 && info.height() > 0) {
      return new Size(info.width(), info.height());
    }
    if (Files.isRegularFile(info.file())) {
      return PhotographSize.of(info.file());
    }
    RgbImage image = dataset.image(index);
    return new Size(image.width(), image.height());
  }

  private static boolean isLarge(SampleInfo info) {
    if (!Files.isRegularFile(info.file())) {
      return false;
    }
    Size size =
        info.width() > 0 && info.height() > 0
            ? new Size(info.width(), info.height())
            : PhotographSize.of(info.file());
    return (long) size.width() * size.height() > WHOLE_PIXELS;
  }
}
