package org.maskwright.trainer.prompt;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.annotation.Annotated;
import org.maskwright.datasets.annotation.CocoInstancesFile;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.image.ImageWindows;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.output.OutputFolder;

/**
 * The masks that a model divides photographs into, as files: of each {@code NAME.json} as the data
 * set SA-1B has them, and {@code NAME.png} to look at; of all {@code instances.json} as COCO has
 * instances, of one class, {@code object}.
 *
 * <p><b>Threads</b> one. <b>Memory</b> a photograph at a time, and all masks' run lengths.
 */
public final class AutoMaskFiles {
  /** The file of all photographs. */
  public static final String INSTANCES = "instances.json";

  private static final Categories OBJECT = Categories.of(List.of(Category.of(1, "object", true)));

  private final Path folder;
  private final ModelFile file;
  private final AutoMaskSettings settings;

  /**
   * For a model folder, whose weights are not read yet.
   *
   * @throws ConfigException if the model answers no prompts
   */
  public AutoMaskFiles(Path model, AutoMaskSettings settings) {
    this.folder = model;
    this.file = ModelFolder.describe(model);
    this.settings = settings;
    if (!file.model().decoder().takesPrompts()) {
      throw new ConfigException(
          model
              + ": expected a model that answers prompts (model.decoder.type = prompts), to be asked about a grid of points; 'maskwright predict' runs this one");
    }
  }

  /** What is told on the way. */
  @FunctionalInterface
  public interface Progress {
    /** A photograph is done, or broken. */
    void done(int photographs, int of, String name);
  }

  /**
   * What was written.
   *
   * @param pictures one of each photograph
   * @param masks of all photographs
   * @param broken of each photograph that was left out what is wrong with it
   */
  public record Written(List<Path> pictures, int masks, List<DatasetException> broken) {
    /** Keeps the lists. */
    public Written {
      pictures = List.copyOf(pictures);
      broken = List.copyOf(broken);
    }
  }

  /** The masks of one photograph. */
  private record Found(String name, Size size, List<AutoMask> masks) {}

  /**
   * Writes the files of photographs. One that cannot be read is left out.
   *
   * @throws org.maskwright.trainer.output.OutputRefusedException if a file would be overwritten
   *     that no command wrote; before the work starts
   * @throws DatasetException if no photograph can be read
   * @throws org.maskwright.files.OutputException if a file cannot be written
   */
  public Written write(
      Engine engine,
      List<Photographs.Photograph> photographs,
      OutputFolder out,
      Progress progress) {
    List<String> names = Photographs.outputNames(photographs);
    names.forEach(name -> out.requireFree(name + ".png", name + ".json"));
    out.requireFree(INSTANCES);
    List<Path> pictures = new ArrayList<>();
    List<Found> all = new ArrayList<>();
    List<DatasetException> broken = new ArrayList<>();
    int before = 0;
    try (SegmentationModel model = ModelFolder.open(engine, folder)) {
      PromptPredictor predictor =
          PromptPredictor.of(model, file.normalization(), file.shortEdge(), file.maxSize());
      for (int i = 0; i < photographs.size(); i++) {
        Optional<Photograph> picture = read(photographs.get(i), broken);
        if (picture.isPresent()) {
          Found found = found(predictor, photographs.get(i).name(), picture.get());
          out.write(names.get(i) + ".json", json(found, i + 1, before).file());
          pictures.add(drawn(found, picture.get().shown(), out, names.get(i)));
          before += found.masks().size();
          all.add(found);
        }
        progress.done(i + 1, photographs.size(), photographs.get(i).name());
      }
    }
    if (pictures.isEmpty() && !broken.isEmpty()) {
      throw broken.get(0);
    }
    JsonContent instances = json -> instances(all, json);
    out.write(INSTANCES, instances.file());
    return new Written(pictures, before, broken);
  }

  private Optional<Photograph> read(
      Photographs.Photograph photograph, List<DatasetException> broken) {
    try {
      return Optional.of(
          PhotographFile.read(photograph.file(), file.normalization().channels()));
    } catch (DatasetException e) {
      broken.add(e);
      return Optional.empty();
    }
  }

  private Found found(PromptPredictor predictor, String name, Photograph picture) {
    Size size = new Size(picture.width(), picture.height());
    try (ImageWindows windows = ImageWindows.of(picture)) {
      AutoMasks masks = new AutoMasks(settings);
      return new Found(
          name,
          size,
          masks.of(window -> new EncodedPart(predictor.encode(windows.read(window))), size));
    }
  }

  private static Path drawn(Found found, RgbImage picture, OutputFolder out, String name) {
    List<OverlayInstance> drawn = new ArrayList<>();
    for (int i = 0; i < found.masks().size(); i++) {
      drawn.add(new OverlayInstance(found.masks().get(i).mask(), i, "", Double.NaN));
    }
    Picture overlay =
        Overlay.on(picture.data(), picture.width(), picture.height()).instances(drawn);
    return out.write(name + ".png", overlay.toPng());
  }

  /** SA-1B's file of a picture. */
  private static JsonContent json(Found found, int image, int before) {
    return json -> {
      json.writeStartObject();
      json.writeObjectFieldStart("image");
      json.writeNumberField("image_id", image);
      json.writeNumberField("width", found.size().width());
      json.writeNumberField("height", found.size().height());
      json.writeStringField("file_name", found.name());
      json.writeEndObject();
      json.writeArrayFieldStart("annotations");
      for (int i = 0; i < found.masks().size(); i++) {
        annotation(json, found.masks().get(i), before + i + 1);
      }
      json.writeEndArray();
      json.writeEndObject();
    };
  }

  private static void annotation(JsonGenerator json, AutoMask mask, int id) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", id);
    JsonNumbers.segmentation(json, mask.mask());
    json.writeNumberField("area", mask.area());
    AutoMask.Box box = mask.box();
    numbers(
        json, "bbox", box.left(), box.top(), box.right() - box.left(), box.bottom() - box.top());
    json.writeNumberField("predicted_iou", mask.quality());
    json.writeArrayFieldStart("point_coords");
    json.writeArray(new double[] {mask.x(), mask.y()}, 0, 2);
    json.writeEndArray();
    json.writeNumberField("stability_score", mask.stability());
    Window crop = mask.crop();
    numbers(json, "crop_box", crop.x(), crop.y(), crop.width(), crop.height());
    json.writeEndObject();
  }

  private static void numbers(JsonGenerator json, String name, int... values) throws IOException {
    json.writeFieldName(name);
    json.writeArray(values, 0, values.length);
  }

  private static void instances(List<Found> all, JsonGenerator json) throws IOException {
    CocoInstancesFile file = new CocoInstancesFile(json, OBJECT);
    for (Found found : all) {
      List<Annotated> objects = new ArrayList<>();
      for (AutoMask mask : found.masks()) {
        Segment segment =
            new Segment(0, /* crowd= */ false, objects.size() + 1, new SegmentMask.Runs(mask.mask()));
        objects.add(Annotated.found(segment, mask.quality()));
      }
      file.add(found.name(), found.size(), objects);
    }
    file.end();
  }
}
