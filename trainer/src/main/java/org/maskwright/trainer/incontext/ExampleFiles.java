package org.maskwright.trainer.incontext;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.incontext.ExamplePredictor.Found;
import org.maskwright.trainer.output.OutputFolder;

/**
 * The files of an answer by examples: NAME.png, what was found over the photograph;
 * NAME.labels.png, the labels of the examples; NAME.json, masks as run lengths.
 */
public final class ExampleFiles {
  private static final int GREY8 = 256;

  private ExampleFiles() {}

  /** Told of each photograph that is done. */
  @FunctionalInterface
  public interface Progress {
    /** After a photograph. */
    void done(int photographs, int of, Photograph last);
  }

  /**
   * Answers about photographs and writes.
   *
   * @return the pictures to look at
   * @throws org.maskwright.datasets.DatasetException if a photograph cannot be read
   */
  public static List<Path> write(
      ExamplePredictor predictor,
      List<Photograph> photographs,
      OutputFolder folder,
      Progress progress) {
    List<String> names = Photographs.outputNames(photographs);
    for (String name : names) {
      folder.requireFree(name + ".png", name + ".labels.png", name + ".json");
    }
    List<Path> out = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Photograph photograph = photographs.get(i);
      RgbImage picture = PhotographFile.read(photograph.file(), Channels.RGB).shown();
      List<Found> found = predictor.find(picture);
      folder.write(names.get(i) + ".json", json(photograph.name(), picture, found).indentedFile());
      folder.write(names.get(i) + ".labels.png", labels(picture, found));
      out.add(folder.write(names.get(i) + ".png", overlay(picture, found)));
      progress.done(i + 1, names.size(), photograph);
    }
    return out;
  }

  private static byte[] labels(RgbImage picture, List<Found> found) {
    LabelMap map = ExamplePredictor.map(found, picture.height(), picture.width());
    boolean small = found.stream().allMatch(f -> f.label().number() < GREY8);
    return small ? LabelPng.encodeGrey8(map) : LabelPng.encodeGrey16(map);
  }

  private static byte[] overlay(RgbImage picture, List<Found> found) {
    List<OverlayInstance> layers = new ArrayList<>();
    for (Found one : found) {
      if (one.mask().area() > 0) {
        layers.add(
            new OverlayInstance(one.mask(), one.label().number(), one.label().name(), Double.NaN));
      }
    }
    return Overlay.on(picture.data(), picture.width(), picture.height()).instances(layers).toPng();
  }

  private static JsonContent json(String name, RgbImage picture, List<Found> found) {
    return json -> {
      json.writeStartObject();
      json.writeStringField("file", name);
      json.writeStringField("task", "in-context");
      json.writeNumberField("height", picture.height());
      json.writeNumberField("width", picture.width());
      json.writeArrayFieldStart("labels");
      for (Found one : found) {
        json.writeStartObject();
        json.writeNumberField("label", one.label().number());
        json.writeStringField("name", one.label().name());
        json.writeNumberField("area", one.mask().area());
        JsonNumbers.segmentation(json, one.mask());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    };
  }
}
