package org.maskwright.datasets.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.files.InputFile;

/**
 * Label images of any kind that keeps values: PNG ({@link LabelPng}), BMP and TIFF of one channel.
 * JPEG does not keep them.
 *
 * <p><b>Threads</b> All methods may be called from any thread.
 */
public final class LabelImage {
  /** The endings of label images, in small letters; of several of one name the first counts. */
  public static final List<String> ENDINGS = List.of("png", "bmp", "tif", "tiff");

  private static final int PNG_KIND = 25; // where a PNG's header says what a pixel is

  private LabelImage() {}

  /** Whether a name has the ending of a label image. */
  public static boolean isNamed(String file) {
    return ENDINGS.contains(file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
  }

  /**
   * Reads indices of classes or objects; three equal channels are one value.
   *
   * @throws DatasetException if the file is missing, damaged, or a picture of colours
   */
  public static LabelMap readIndices(Path file) {
    return isPng(file) ? LabelPng.readIndices(file) : other(file);
  }

  /**
   * Reads ids of objects. Differs from {@link #readIndices} in what colours of a PNG are: the ids R
   * + 256 G + 65536 B.
   *
   * @throws DatasetException as {@link #readIndices}
   */
  public static LabelMap readIds(Path file) {
    return isPng(file) ? LabelPng.read(file) : other(file);
  }

  /**
   * Whether pixels have colours: of a palette, or three channels.
   *
   * @throws DatasetException if the file cannot be read
   */
  public static boolean isColoured(Path file) {
    if (isPng(file)) {
      byte[] head = head(file);
      int kind = head.length > PNG_KIND ? head[PNG_KIND] : 0;
      return kind != LabelPng.PixelKind.GREY.code && kind != LabelPng.PixelKind.GREY_ALPHA.code;
    }
    try (Mat image = decoded(file)) {
      return image.channels() > 1;
    }
  }

  private static boolean isPng(Path file) {
    byte[] head = head(file);
    // what is no image at all is said by the reader of PNGs
    return PngChunks.isPng(head)
        || !(head.length > 1
            && (head[0] == 'B' && head[1] == 'M' || head[0] == 'I' || head[0] == 'M'));
  }

  private static byte[] head(Path file) {
    InputFile.require(file, problem -> new DatasetException(problem).inFile(file));
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(PNG_KIND + 1);
    } catch (IOException e) {
      throw DatasetException.ofFile(file, "cannot be read: " + e, e);
    }
  }

  private static Mat decoded(Path file) {
    try {
      if (Files.size(file) > LabelPng.MAX_FILE_BYTES) {
        throw new DatasetException(
            "a label image of %d bytes, expected at most %d"
                .formatted(Files.size(file), LabelPng.MAX_FILE_BYTES));
      }
      byte[] bytes = Files.readAllBytes(file);
      ImageHeader header = ImageHeader.read(bytes);
      long pixels = (long) header.width() * header.height();
      if (pixels < 1 || pixels > LabelPng.MAX_PIXELS) {
        throw new DatasetException(
            "expected 1 to %d pixels, the header says %d x %d"
                .formatted(LabelPng.MAX_PIXELS, header.width(), header.height()));
      }
      try (BytePointer memory = new BytePointer(bytes);
          Mat encoded = new Mat(1, bytes.length, opencv_core.CV_8UC1, memory)) {
        Mat image = opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_UNCHANGED);
        if (image.empty()) {
          image.close();
          throw new DatasetException("the data are damaged, the decoder gives up");
        }
        return image;
      }
    } catch (DatasetException e) {
      throw e.inFile(file);
    } catch (IOException | RuntimeException e) {
      throw DatasetException.ofFile(file, "cannot be decoded: " + e.getMessage(), e);
    }
  }

  private static LabelMap other(Path file) {
    try (Mat image = decoded(file);
        Mat ints = new Mat()) {
      int depth = image.depth();
      boolean whole =
          depth == opencv_core.CV_8U || depth == opencv_core.CV_16U || depth == opencv_core.CV_32S;
      if (!whole) {
        throw DatasetException.ofFile(
            file, "expected whole numbers of 8, 16 or 32 bits, found others");
      }
      image.convertTo(ints, opencv_core.CV_32S);
      int channels = image.channels();
      int[] values = new int[Math.multiplyExact(channels * image.cols(), image.rows())];
      try (IntIndexer indexer = ints.createIndexer()) {
        indexer.get(0, values);
      }
      return new LabelMap(
          image.rows(), image.cols(), oneChannel(file, values, channels, image.cols()));
    }
  }

  private static int[] oneChannel(Path file, int[] values, int channels, int width) {
    if (channels == 1) {
      return values;
    }
    int[] labels = new int[values.length / channels];
    Arrays.setAll(labels, i -> values[i * channels]);
    for (int i = 0; i < values.length; i++) {
      int colour = i % channels;
      if (colour < 3 && values[i] != labels[i / channels]) {
        throw DatasetException.ofFile(
            file,
            "a mask of colours: pixel (%d, %d); expected class numbers in one channel, or a file that names the colours (maskwright data colors)"
                .formatted(i / channels % width, i / channels / width));
      }
    }
    return labels;
  }
}
