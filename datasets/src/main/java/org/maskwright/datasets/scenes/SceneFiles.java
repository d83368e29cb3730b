package org.maskwright.datasets.scenes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Writes a Scenes data set: images in parallel, then the annotation files. */
final class SceneFiles {
  private static final String MANIFEST = "scenes.json";

  private final Path dir;
  private final ScenesConfig config;

  SceneFiles(Path dir, ScenesConfig config) {
    this.dir = dir;
    this.config = config;
  }

  /** The folder that they are in. */
  GeneratedFolder folder() {
    return new GeneratedFolder(dir, "Scenes", MANIFEST, manifest());
  }

  boolean write() {
    return folder()
        .write(
            root -> {
              writeSplit(root, "train", 1, config.trainImages());
              writeSplit(root, "val", Scenes.FIRST_VAL_ID, config.valImages());
            });
  }

  private void writeSplit(Path root, String split, int firstId, int count) throws IOException {
    Path images = Files.createDirectories(root.resolve("images").resolve(split));
    Path annotations = Files.createDirectories(root.resolve("annotations"));
    Path maps = Files.createDirectories(annotations.resolve("panoptic_" + split));
    List<CocoScene> scenes =
        IntStream.range(firstId, firstId + count)
            .parallel()
            .mapToObj(id -> CocoScene.write(Scenes.sample(config, id), id, images, maps))
            .toList();
    var coco = new CocoScenes(config, scenes);
    Files.writeString(annotations.resolve("instances_" + split + ".json"), coco.instances());
    Files.writeString(annotations.resolve("panoptic_" + split + ".json"), coco.panoptic());
  }

  private String manifest() {
    var text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("generator", "maskwright-scenes");
      json.writeNumberField("version", Scenes.GENERATOR_VERSION);
      json.writeNumberField("seed", config.seed());
      json.writeNumberField("train-images", config.trainImages());
      json.writeNumberField("val-images", config.valImages());
      json.writeNumberField("width", config.width());
      json.writeNumberField("height", config.height());
      json.writeNumberField("max-things", config.maxThings());
      if (config.heldOut().isPresent()) {
        json.writeArrayFieldStart("held-out");
        for (SceneClass held : config.heldOut().get()) {
          json.writeString(held.label());
        }
        json.writeEndArray();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not of memory
    }
    return text + "\n";
  }
}
