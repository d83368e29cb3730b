package org.maskwright.datasets.scenes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.files.OutputFile;

/** Writes a Scenes data set: images in parallel, then the annotation files, then one rename. */
final class SceneFiles {
  private static final String MANIFEST = "scenes.json";

  private final Path dir;
  private final ScenesConfig config;

  SceneFiles(Path dir, ScenesConfig config) {
    this.dir = dir.toAbsolutePath().normalize();
    this.config = config;
  }

  boolean write() {
    try {
      return writeUnlessPresent();
    } catch (UncheckedIOException e) {
      throw OutputFile.failure(dir, e.getCause());
    } catch (IOException e) {
      throw OutputFile.failure(dir, e);
    }
  }

  private boolean writeUnlessPresent() throws IOException {
    if (isWritten()) {
      return false;
    }
    if (Files.exists(dir) && !isEmpty(dir)) {
      if (!Files.isRegularFile(dir.resolve(MANIFEST))) {
        throw DatasetException.ofFile(
            dir,
            "expected a missing or empty folder or one with Scenes ("
                + MANIFEST
                + "), found other"
                + " files; choose another folder");
      }
    }
    Files.createDirectories(dir.getParent());
    // Not createTempDirectory: its folders are open to their owner only.
    Path fresh = dir.resolveSibling("." + dir.getFileName() + "-" + UUID.randomUUID());
    Files.createDirectory(fresh);
    try {
      writeSplit(fresh, "train", 1, config.trainImages());
      writeSplit(fresh, "val", Scenes.FIRST_VAL_ID, config.valImages());
      Files.writeString(fresh.resolve(MANIFEST), manifest());
      return replace(fresh);
    } finally {
      delete(fresh);
    }
  }

  /** Whether the folder holds this very data set. */
  private boolean isWritten() throws IOException {
    Path manifest = dir.resolve(MANIFEST);
    return Files.isRegularFile(manifest) && Files.readString(manifest).equals(manifest());
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

  /**
   * Puts the finished folder in place of the old one, which is moved aside first, and back if that
   * fails.
   *
   * @return false if another process has written the same data set in the meantime
   */
  boolean replace(Path fresh) throws IOException {
    if (isWritten()) {
      return false;
    }
    Path aside = fresh.resolveSibling(fresh.getFileName() + "-old");
    try {
      if (Files.exists(dir)) {
        move(dir, aside);
      }
      move(fresh, dir);
    } catch (IOException e) {
      if (isWritten()) {
        delete(aside);
        return false;
      }
      if (Files.exists(aside) && !Files.exists(dir)) {
        move(aside, dir);
      }
      throw e;
    }
    delete(aside);
    return true;
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.findAny().isEmpty();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private String manifest() throws IOException {
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
      json.writeEndObject();
    }
    return text + "\n";
  }
}
