package org.maskwright.trainer.eval;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.maskwright.trainer.output.OutputFolder;

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
  private static final String UNFINISHED = ".part"; // of a hidden file

  private final OutputFolder folder;
  private final ResultNames names = new ResultNames();
  private JsonGenerator instances;
  private JsonGenerator panoptic;
  private Categories categories = Categories.of(List.of());

  private ResultFiles(OutputFolder folder) {
    this.folder = folder;
  }

  /** Starts the files of the given tasks in a folder, which is made. */
  public static ResultFiles in(OutputFolder folder, Set<Task> tasks) throws IOException {
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
    OutputFile.createFolder(folder.path());
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
    folder.delete(name);
    return new JsonFactory().createGenerator(Files.newBufferedWriter(unfinished(name)));
  }

  private Path unfinished(String name) {
    return folder.path().resolve("." + name + UNFINISHED);
  }

  private void png(String kind, SampleInfo image, byte[] file) {
    folder.write(kind + "/" + names.of(image) + ".png", file);
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
      png("panoptic", image, LabelPng.encodeRgbIds(ids));
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
    png(
        "semantic",
        image,
        classes <= MAX_GREY8_CLASSES
            ? LabelPng.encodeGrey8(labels)
            : LabelPng.encodeGrey16(labels));
  }

  private OutputException failed(IOException e) {
    return OutputFile.failure(folder.path(), e);
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
      folder.publish(unfinished(INSTANCES), INSTANCES);
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
      folder.publish(unfinished(PANOPTIC), PANOPTIC);
    }
  }

  @Override
  public void close() throws IOException {
    try (JsonGenerator first = instances;
        JsonGenerator second = panoptic) {
      // Both are closed, whichever fails.
    }
    Files.deleteIfExists(unfinished(INSTANCES));
    Files.deleteIfExists(unfinished(PANOPTIC));
  }
}
