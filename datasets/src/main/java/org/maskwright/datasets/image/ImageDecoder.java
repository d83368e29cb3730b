package org.maskwright.datasets.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.files.InputFile;

/**
 * Photographs as the field's tools see them: 8-bit RGB, raster values as stored (embedded colour
 * profiles are ignored), the EXIF rotation applied.
 *
 * <p>Grey becomes three equal channels, alpha is dropped, 16 bits keep the high byte, CMYK and YCCK
 * are converted as Pillow does. JPEG, PNG, BMP, TIFF and WebP are read.
 *
 * <p>Files are not trusted: size and format are checked before memory is taken, and a file cut off
 * before its last pixel is an error, never a half-grey picture (but for a progressive JPEG that
 * lost nothing but detail, which {@link #verify} finds).
 *
 * <p><b>Threads</b> All methods may be called from any thread; OpenCV's own threads are switched
 * off, as the loader's workers are the parallelism.
 */
public final class ImageDecoder {
  /** The largest picture that is decoded; Pillow refuses at 179 million pixels. */
  public static final long MAX_PIXELS = 178_956_970L;

  /** The largest file that is read. */
  public static final long MAX_FILE_BYTES = 1L << 30;

  /** 3 channels, 8 bits, EXIF rotation applied. */
  private static final int FLAGS = opencv_imgcodecs.IMREAD_COLOR_RGB;

  static {
    opencv_core.setNumThreads(1);
  }

  private ImageDecoder() {}

  /**
   * Reads and decodes a file.
   *
   * @throws DatasetException if it is missing, unreadable, no image, truncated or too large
   */
  public static RgbImage read(Path file) {
    try {
      return decode(bytes(file));
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  static byte[] bytes(Path file) {
    return read(
        file,
        () -> {
          long size = Files.size(file);
          if (size > MAX_FILE_BYTES) {
            throw new DatasetException(
                "image: expected a file of at most %d bytes, got %d"
                    .formatted(MAX_FILE_BYTES, size));
          }
          return Files.readAllBytes(file);
        });
  }

  /** The first bytes of a file, or all if it has fewer. */
  static byte[] head(Path file, int bytes) {
    return read(
        file,
        () -> {
          try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(bytes);
          }
        });
  }

  private interface Reading {
    byte[] bytes() throws IOException;
  }

  private static byte[] read(Path file, Reading reading) {
    InputFile.require(file, problem -> new DatasetException("image: " + problem));
    try {
      return reading.bytes();
    } catch (NoSuchFileException e) {
      throw new DatasetException("image: the file does not exist", e);
    } catch (IOException e) {
      throw new DatasetException("image: cannot read the file: " + e.getMessage(), e);
    }
  }

  /**
   * Decodes the bytes of a file.
   *
   * @throws DatasetException if they are no image, truncated or too large
   */
  public static RgbImage decode(byte[] file) {
    ImageHeader header = ImageHeader.read(file);
    checkSize(header);
    switch (header.format()) {
      case JPEG -> JpegEnd.checkMarker(file, header.end());
      case PNG -> PngChunks.check(file);
      case BMP, TIFF, WEBP -> {} // OpenCV refuses what is truncated
    }
    if (header.format() == ImageHeader.Format.JPEG && header.components() == 4) {
      return CmykJpeg.decode(file);
    }
    RgbImage picture = openCv(file);
    if (header.format() == ImageHeader.Format.JPEG) {
      JpegEnd.checkPicture(file, picture);
    }
    return picture;
  }

  /**
   * Reads a file more closely than {@link #read}, which notices a JPEG that was cut off by the grey
   * of what is missing: here every code of its data is read. For files that are only looked at.
   *
   * @throws DatasetException as {@link #read}, and if any image data of a JPEG are missing
   */
  public static void verify(Path file) {
    try {
      byte[] content = bytes(file);
      if (ImageHeader.read(content).format() == ImageHeader.Format.JPEG) {
        JpegEnd.checkData(content);
      }
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  static void checkSize(ImageHeader header) {
    long pixels = (long) header.width() * header.height();
    if (header.width() <= 0 || header.height() <= 0 || pixels > MAX_PIXELS) {
      throw new DatasetException(
          "image: expected 1 to %d pixels, the header says %d x %d"
              .formatted(MAX_PIXELS, header.width(), header.height()));
    }
  }

  private static RgbImage openCv(byte[] file) {
    try (BytePointer memory = new BytePointer(file);
        Mat encoded = new Mat(1, file.length, opencv_core.CV_8UC1, memory);
        Mat rgb = opencv_imgcodecs.imdecode(encoded, FLAGS)) {
      if (rgb.empty() || rgb.channels() != 3) {
        throw new DatasetException("image: the data are damaged, the decoder gives up");
      }
      return copy(rgb);
    } catch (RuntimeException e) {
      throw e instanceof DatasetException known
          ? known
          : new DatasetException("image: the decoder failed: " + e.getMessage(), e);
    }
  }

  private static RgbImage copy(Mat rgb) {
    byte[] data = new byte[Math.multiplyExact(3 * rgb.cols(), rgb.rows())];
    try (BytePointer pixels = rgb.data()) {
      if (rgb.isContinuous()) {
        pixels.get(data);
      } else {
        for (int row = 0; row < rgb.rows(); row++) {
          pixels.position(row * rgb.step()).get(data, 3 * row * rgb.cols(), 3 * rgb.cols());
        }
      }
    }
    return new RgbImage(rgb.cols(), rgb.rows(), data);
  }
}
