package org.maskwright.trainer.eval;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.LabelMap;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.metrics.Detection;

/**
 * Results in the official formats, written image by image: {@code instances.json} (COCO results
 * with compressed run lengths), {@code panoptic.json} with {@code panoptic/*.png}, and {@code
 * semantic/*.png} of class indices.
 *
 * <p><b>Lifecycle</b> {@link #close()} ends the JSON files.
 */
public final class ResultFiles implements Closeable {
  private static final int MAX_GREY8_CLASSES = 255;

  private final Path folder;
  private final JsonGenerator instances;
  private final JsonGenerator panoptic;
  private Categories categories;

  private ResultFiles(Path folder, JsonGenerator instances, JsonGenerator panoptic) {
    this.folder = folder;
    this.instances = instances;
    this.panoptic = panoptic;
  }

  /** Starts the files of the given tasks in a folder, which is made. */
  public static ResultFiles in(Path folder, Set<Task> tasks) throws IOException {
    Files.createDirectories(folder);
    JsonGenerator instances = null;
    JsonGenerator panoptic = null;
    if (tasks.contains(Task.INSTANCE)) {
      instances =
          new JsonFactory()
              .createGenerator(Files.newBufferedWriter(folder.resolve("instances.json")));
      instances.writeStartArray();
    }
    if (tasks.contains(Task.PANOPTIC)) {
      Files.createDirectories(folder.resolve("panoptic"));
      panoptic =
          new JsonFactory()
              .createGenerator(Files.newBufferedWriter(folder.resolve("panoptic.json")));
      panoptic.writeStartObject();
      panoptic.writeArrayFieldStart("annotations");
    }
    if (tasks.contains(Task.SEMANTIC)) {
      Files.createDirectories(folder.resolve("semantic"));
    }
    return new ResultFiles(folder, instances, panoptic);
  }

  private static String stem(SampleInfo image) {
    String name = image.file().getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  private static void writeId(JsonGenerator json, String field, ImageId id) throws IOException {
    if (id.name() == null) {
      json.writeNumberField(field, id.number());
    } else {
      json.writeStringField(field, id.name());
    }
  }

  private static void writeBox(JsonGenerator json, Box box) throws IOException {
    json.writeArrayFieldStart("bbox");
    for (double v : new double[] {box.x(), box.y(), box.width(), box.height()}) {
      json.writeNumber(v);
    }
    json.writeEndArray();
  }

  void instances(SampleInfo image, List<Detection> detections) {
    try {
      for (Detection d : detections) {
        instances.writeStartObject();
        writeId(instances, "image_id", image.imageId());
        instances.writeNumberField("category_id", d.categoryId());
        instances.writeNumberField("score", d.score());
        writeBox(instances, d.box());
        instances.writeObjectFieldStart("segmentation");
        instances.writeArrayFieldStart("size");
        instances.writeNumber(d.mask().height());
        instances.writeNumber(d.mask().width());
        instances.writeEndArray();
        instances.writeStringField("counts", d.mask().toCompressedString());
        instances.writeEndObject();
        instances.writeEndObject();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void panoptic(SampleInfo image, LabelMap ids, List<PanopticSegment> segments, Categories table) {
    categories = table;
    String file = stem(image) + ".png";
    LabelPng.writeRgbIds(folder.resolve("panoptic").resolve(file), ids);
    try {
      panoptic.writeStartObject();
      writeId(panoptic, "image_id", image.imageId());
      panoptic.writeStringField("file_name", file);
      panoptic.writeArrayFieldStart("segments_info");
      for (PanopticSegment s : segments) {
        panoptic.writeStartObject();
        panoptic.writeNumberField("id", s.id());
        panoptic.writeNumberField("category_id", s.categoryId());
        panoptic.writeNumberField("area", s.area());
        panoptic.writeNumberField("iscrowd", 0);
        panoptic.writeEndObject();
      }
      panoptic.writeEndArray();
      panoptic.writeEndObject();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void semantic(SampleInfo image, LabelMap labels, int classes) {
    Path file = folder.resolve("semantic").resolve(stem(image) + ".png");
    if (classes <= MAX_GREY8_CLASSES) {
      LabelPng.writeGrey8(file, labels);
    } else {
      LabelPng.writeGrey16(file, labels);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(folder + ": results cannot be written: " + e.getMessage(), e);
  }

  @Override
  public void close() throws IOException {
    if (instances != null) {
      instances.writeEndArray();
      instances.close();
    }
    if (panoptic != null) {
      panoptic.writeEndArray();
      panoptic.writeArrayFieldStart("categories");
      for (Category c : categories == null ? Categories.of(List.of()) : categories) {
        panoptic.writeStartObject();
        panoptic.writeNumberField("id", c.id());
        panoptic.writeStringField("name", c.name());
        panoptic.writeNumberField("isthing", c.thing() ? 1 : 0);
        panoptic.writeEndObject();
      }
      panoptic.writeEndArray();
      panoptic.writeEndObject();
      panoptic.close();
    }
  }
}
