package org.maskwright.datasets.scenes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Picture;

/**
 * Small synthetic videos for models that follow objects: two shapes of one class change sides and
 * hide each other where they meet, so that where an object is in one frame does not say which it is
 * in the next; what does are its colours, which are drawn for each video. A third shape of another
 * class may pass by.
 *
 * <p>A video is a function of the seed and its number alone.
 *
 * <p><b>Source</b> of the task: the acceptance of Mask2Former for video here, no published data.
 */
public final class MovingShapes {
  /** Raised whenever the same settings would give other pixels. */
  public static final int GENERATOR_VERSION = 1;

  /** Validation videos have the numbers from here on, so that none is a training video. */
  public static final int FIRST_VAL_ID = 100_001;

  private static final String MANIFEST = "moving-shapes.json";

  private MovingShapes() {}

  /**
   * Writes the data set in YouTube-VIS' layout, unless the folder holds the very same one already:
   *
   * <pre>
   * DIR/{train,val}/JPEGImages/000001/00000.png
   * DIR/{train,val}/instances.json
   * DIR/moving-shapes.json                           settings and generator version
   * </pre>
   *
   * Ids of videos and tracks count from 1 in each file. The folder appears complete or not at all.
   *
   * @return true if files were written
   * @throws org.maskwright.datasets.DatasetException if the folder holds anything else
   */
  public static boolean write(Path dir, MovingShapesConfig config) {
    return new GeneratedFolder(dir, "MovingShapes", MANIFEST, manifest(config))
        .write(
            root -> {
              writeSplit(root.resolve("train"), 1, config.trainVideos(), config);
              writeSplit(root.resolve("val"), FIRST_VAL_ID, config.valVideos(), config);
            });
  }

  private static void writeSplit(Path folder, int firstId, int count, MovingShapesConfig config)
      throws IOException {
    Path images = Files.createDirectories(folder.resolve("JPEGImages"));
    List<ShapeVideo> videos =
        IntStream.range(firstId, firstId + count)
            .parallel()
            .mapToObj(id -> ShapeVideo.of(config, id))
            .toList();
    for (ShapeVideo video : videos) {
      Files.createDirectories(images.resolve(name(video.id())));
      for (int t = 0; t < config.frames(); t++) {
        RgbImage frame = video.frames().get(t);
        Files.write(
            images.resolve(fileName(video.id(), t)),
            Picture.ofRgb(frame.data(), frame.width(), frame.height()).toPng());
      }
    }
    Files.writeString(folder.resolve("instances.json"), annotations(videos, config));
  }

  private static String name(int id) {
    return String.format(Locale.ROOT, "%06d", id);
  }

  private static String fileName(int id, int frame) {
    return String.format(Locale.ROOT, "%s/%05d.png", name(id), frame);
  }

  private static String annotations(List<ShapeVideo> videos, MovingShapesConfig config)
      throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeArrayFieldStart("videos");
      for (int v = 0; v < videos.size(); v++) {
        ShapeVideo video = videos.get(v);
        json.writeStartObject();
        json.writeNumberField("id", v + 1);
        size(json, config);
        json.writeArrayFieldStart("file_names");
        for (int t = 0; t < config.frames(); t++) {
          json.writeString(fileName(video.id(), t));
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("annotations");
      int id = 1;
      for (int v = 0; v < videos.size(); v++) {
        for (ShapeVideo.Track track : videos.get(v).tracks()) {
          track(json, id++, v + 1, track, config);
        }
      }
      json.writeEndArray();
      json.writeArrayFieldStart("categories");
      for (ShapeVideo.Kind kind : ShapeVideo.Kind.values()) {
        json.writeStartObject();
        json.writeNumberField("id", kind.id());
        json.writeStringField("name", kind.name().toLowerCase(Locale.ROOT));
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.toString();
  }

  private static void size(JsonGenerator json, MovingShapesConfig config) throws IOException {
    json.writeNumberField("width", config.size());
    json.writeNumberField("height", config.size());
    json.writeNumberField("length", config.frames());
  }

  private static void track(
      JsonGenerator json, int id, int video, ShapeVideo.Track track, MovingShapesConfig config)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", id);
    json.writeNumberField("video_id", video);
    json.writeNumberField("category_id", track.kind().id());
    json.writeNumberField("iscrowd", 0);
    size(json, config);
    json.writeArrayFieldStart("segmentations");
    for (Rle mask : track.masks()) {
      if (mask.area() == 0) {
        json.writeNull();
        continue;
      }
      json.writeStartObject();
      json.writeFieldName("size");
      json.writeArray(new int[] {mask.height(), mask.width()}, 0, 2);
      json.writeStringField("counts", mask.toCompressedString());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("bboxes");
    for (Rle mask : track.masks()) {
      if (mask.area() == 0) {
        json.writeNull();
        continue;
      }
      Box box = mask.box();
      double[] xywh = {box.x(), box.y(), box.width(), box.height()};
      json.writeArray(xywh, 0, xywh.length);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("areas");
    for (Rle mask : track.masks()) {
      if (mask.area() == 0) {
        json.writeNull();
      } else {
        json.writeNumber(mask.area());
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static String manifest(MovingShapesConfig config) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("generator", "maskwright-moving-shapes");
      json.writeNumberField("version", GENERATOR_VERSION);
      json.writeNumberField("seed", config.seed());
      json.writeNumberField("train-videos", config.trainVideos());
      json.writeNumberField("val-videos", config.valVideos());
      json.writeNumberField("frames", config.frames());
      json.writeNumberField("size", config.size());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not of memory
    }
    return text + "\n";
  }
}
