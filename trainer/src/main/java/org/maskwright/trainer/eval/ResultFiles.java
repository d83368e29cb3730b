package org.maskwright.trainer.eval;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.metrics.Detection;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;

/**
 * Results in the official formats, written image by image: {@code instances.json} (COCO results
 * with compressed run lengths), {@code panoptic.json} with {@code panoptic/*.png}, and {@code
 * semantic/*.png} of class indices.
 *
 * <p><b>Lifecycle</b> The JSON files are there after {@link #finish()}, never in part: those of an
 * evaluation that failed are discarded by {@link #close()}, and those of an earlier one are removed
 * at the start.
 */
public final class ResultFiles implements Closeable {
  private static final int MAX_GREY8_CLASSES = 255;
  private static final String INSTANCES = "instances.json";
  private static final String PANOPTIC = "panoptic.json";
  private static final String UNFINISHED = ".part";

  private final Path folder;
  private final ResultNames names = new ResultNames();
  private JsonGenerator instances;
  private JsonGenerator panoptic;
  private Categories categories = Categories.of(List.of());

  private ResultFiles(Path folder) {
    this.folder = folder;
  }

  /** Starts the files of the given tasks in a folder, which is made. */
  public static ResultFiles in(Path folder, Set<Task> tasks) throws IOException {
    ResultFiles out = new ResultFiles(folder);
    try {
      out.start(tasks);
      return out;
    } catch (IOException e) {
      try {
        out.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private void start(Set<Task> tasks) throws IOException {
    Files.createDirectories(folder);
    if (tasks.contains(Task.INSTANCE)) {
      instances = started(INSTANCES);
      instances.writeStartArray();
    }
    if (tasks.contains(Task.PANOPTIC)) {
      panoptic = started(PANOPTIC);
      panoptic.writeStartObject();
      panoptic.writeArrayFieldStart("annotations");
    }
  }

  private JsonGenerator started(String name) throws IOException {
    Files.deleteIfExists(folder.resolve(name));
    return new JsonFactory()
        .createGenerator(Files.newBufferedWriter(folder.resolve(name + UNFINISHED)));
  }

  private Path png(String kind, SampleInfo image) throws IOException {
    Path file = folder.resolve(kind).resolve(names.of(image) + ".png");
    Files.createDirectories(file.getParent());
    return file;
  }

  private static void writeId(JsonGenerator json, String field, ImageId id) throws IOException {
    if (id.name() == null) {
      json.writeNumberField(field, id.number());
    } else {
      json.writeStringField(field, id.name());
    }
  }

  void instances(SampleInfo image, List<Detection> detections) {
    try {
      for (Detection d : detections) {
        instances.writeStartObject();
        writeId(instances, "image_id", image.imageId());
        instances.writeNumberField("category_id", d.categoryId());
        instances.writeNumberField("score", d.score());
        CocoFields.box(instances, d.box());
        CocoFields.segmentation(instances, d.mask());
        instances.writeEndObject();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void panoptic(SampleInfo image, LabelMap ids, List<PanopticSegment> segments, Categories table) {
    categories = table;
    try {
      LabelPng.writeRgbIds(png("panoptic", image), ids);
      panoptic.writeStartObject();
      writeId(panoptic, "image_id", image.imageId());
      panoptic.writeStringField("file_name", names.of(image) + ".png");
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
    try {
      Path file = png("semantic", image);
      if (classes <= MAX_GREY8_CLASSES) {
        LabelPng.writeGrey8(file, labels);
      } else {
        LabelPng.writeGrey16(file, labels);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private OutputException failed(IOException e) {
    return OutputFile.failure(folder, e);
  }

  /** Ends the JSON files and gives them their names: every image was written. */
  public void finish() {
    try {
      end();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void end() throws IOException {
    if (instances != null) {
      instances.writeEndArray();
      instances.close();
      publish(INSTANCES);
    }
    if (panoptic != null) {
      panoptic.writeEndArray();
      panoptic.writeArrayFieldStart("categories");
      for (Category c : categories) {
        panoptic.writeStartObject();
        panoptic.writeNumberField("id", c.id());
        panoptic.writeStringField("name", c.name());
        panoptic.writeNumberField("isthing", c.thing() ? 1 : 0);
        panoptic.writeEndObject();
      }
      panoptic.writeEndArray();
      panoptic.writeEndObject();
      panoptic.close();
      publish(PANOPTIC);
    }
  }

  private void publish(String name) throws IOException {
    Files.move(
        folder.resolve(name + UNFINISHED), folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() throws IOException {
    try (JsonGenerator first = instances;
        JsonGenerator second = panoptic) {
      // Both are closed, whichever fails.
    }
    Files.deleteIfExists(folder.resolve(INSTANCES + UNFINISHED));
    Files.deleteIfExists(folder.resolve(PANOPTIC + UNFINISHED));
  }
}
