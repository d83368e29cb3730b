package org.maskwright.datasets.scenes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;

/**
 * What the annotation files say about one scene, whose image and id map are on disk.
 *
 * @param imageId the image's id
 * @param segments its segments
 */
record CocoScene(int imageId, List<SceneSegment> segments) {
  private static final int JPEG_QUALITY = 92;

  /** File name of an image, as COCO's: the id in twelve digits. */
  static String fileName(int imageId, String ending) {
    return String.format(Locale.ROOT, "%012d.%s", imageId, ending);
  }

  static CocoScene write(Scene scene, int imageId, Path images, Path maps) {
    RgbImage image = scene.image();
    try {
      Files.write(images.resolve(fileName(imageId, "jpg")), jpeg(image));
      var map = new LabelMap(image.height(), image.width(), scene.ids());
      Files.write(maps.resolve(fileName(imageId, "png")), LabelPng.encodeRgbIds(map));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new CocoScene(imageId, scene.segments());
  }

  private static byte[] jpeg(RgbImage image) throws IOException {
    try (var pixels = new BytePointer(image.data());
        var rgb = new Mat(image.height(), image.width(), opencv_core.CV_8UC3, pixels);
        var bgr = new Mat();
        var file = new BytePointer();
        var options = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, JPEG_QUALITY)) {
      opencv_imgproc.cvtColor(rgb, bgr, opencv_imgproc.COLOR_RGB2BGR);
      if (!opencv_imgcodecs.imencode(".jpg", bgr, file, options)) {
        throw new IOException("OpenCV could not encode a JPEG");
      }
      byte[] bytes = new byte[(int) file.limit()];
      file.get(bytes);
      return bytes;
    }
  }
}
