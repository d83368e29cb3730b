package org.maskwright.datasets.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.tiff.TiffFile;

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

  /** Pictures of other channels or more bits, up to so many numbers: 400 MB. */
  long WHOLE_VALUES = 3 * WHOLE_PIXELS;

  /** The whole picture. */
  Size size();

  /**
   * The pixels of a window.
   *
   * @throws IllegalArgumentException if it reaches beyond the picture
   * @throws DatasetException if the file is damaged or gone
   */
  Photograph read(Window window);

  /** Bytes of memory that it keeps from one call to the next, about. */
  long heldBytes();

  /** Lets go of memory and files. */
  @Override
  void close();

  /** A picture that is in memory. */
  static ImageWindows of(Photograph picture) {
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
    return open(file, Channels.RGB);
  }

  /**
   * As {@link #open(Path)}, with the channels that a model takes and all bits. Of more than 8 bits,
   * or other channels than colours, a TIFF is read in parts and a PNG unpacked where its numbers
   * take more than 400 MB.
   *
   * @throws DatasetException as {@link #open(Path)}, and if it has other channels
   */
  static ImageWindows open(Path file, Channels channels) {
    try {
      Optional<TiffFile> tiff = PhotographFile.tiff(file, channels);
      if (tiff.isPresent()) {
        return TiffChannels.open(tiff.get(), file, channels);
      }
      return PhotographFile.readsAsRgb(file, channels)
          ? LargePictureFile.open(file, WHOLE_PIXELS)
          : PhotographFile.windows(file, channels, WHOLE_VALUES);
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  /** The photograph of an image of a data set, from its file where that is a large one. */
  static ImageWindows open(Dataset dataset, int index) {
    SampleInfo info = dataset.info(index);
    boolean many = !dataset.channels().mayBeColours() && Files.isRegularFile(info.file());
    return many || isLarge(info) ? open(info.file(), dataset.channels()) : of(dataset.image(index));
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
    Photograph image = dataset.image(index);
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
