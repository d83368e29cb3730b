package org.maskwright.datasets.json;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;

/**
 * Reads captions of pictures in JSON: COCO's file, and a line of a file of lines, as Localized
 * Narratives are written. Unknown keys are skipped.
 */
public final class CaptionJson {
  private static final List<String> PICTURE_KEYS = List.of("image_id", "file_name", "image");
  private static final List<String> TEXT_KEYS = List.of("caption", "text");

  private CaptionJson() {}

  /** Takes a caption: the picture's name or id, and what is said of it. */
  @FunctionalInterface
  public interface Caption {
    void of(String picture, String text);
  }

  /**
   * Reads COCO's file of captions. A picture is called by its {@code file_name} where the file
   * lists the pictures before their captions, else by its id.
   *
   * @throws DatasetException if the file is no JSON of that form
   */
  public static void readCoco(Path file, Caption captions) {
    JsonFile.read(
        file,
        json -> {
          json.startObject("the file");
          Map<ImageId, String> names = new HashMap<>();
          boolean annotated = false;
          for (String key = json.nextKey(); key != null; key = json.nextKey()) {
            if (key.equals("images")) {
              CocoJson.section(json, key, () -> image(json, names));
            } else if (key.equals("annotations")) {
              annotated = true;
              CocoJson.section(json, key, () -> annotation(json, names, captions));
            } else {
              json.skip();
            }
          }
          if (!annotated) {
            throw new DatasetException(
                "expected \"annotations\" with \"image_id\" and \"caption\", found none");
          }
          return null;
        });
  }

  private static void image(JsonFile json, Map<ImageId, String> names) throws IOException {
    json.startObject("image");
    ImageId id = null;
    String name = "";
    for (String key = json.nextKey(); key != null; key = json.nextKey()) {
      switch (key) {
        case "id" -> id = json.imageId(key);
        case "file_name" -> name = json.text(key);
        default -> json.skip();
      }
    }
    if (id == null || name.isEmpty()) {
      throw json.error("image: expected id and file_name");
    }
    names.put(id, name);
  }

  private static void annotation(JsonFile json, Map<ImageId, String> names, Caption captions)
      throws IOException {
    json.startObject("annotation");
    ImageId id = null;
    String text = null;
    for (String key = json.nextKey(); key != null; key = json.nextKey()) {
      switch (key) {
        case "image_id" -> id = json.imageId(key);
        case "caption" -> text = json.textOrEmpty(key);
        default -> json.skip();
      }
    }
    if (id == null || text == null) {
      throw json.error(
          "annotation: expected image_id and caption; objects are read from another file");
    }
    captions.of(names.getOrDefault(id, id.toString()), text);
  }

  /**
   * Reads one line: an object with {@code image_id}, {@code file_name} or {@code image}, and {@code
   * caption} or {@code text}.
   *
   * @throws DatasetException if it is none
   */
  public static void readLine(byte[] line, Caption captions) {
    JsonFile.read(
        line,
        json -> {
          json.startObject("the line");
          String picture = null;
          String text = null;
          for (String key = json.nextKey(); key != null; key = json.nextKey()) {
            if (PICTURE_KEYS.contains(key)) {
              picture = json.imageId(key).toString();
            } else if (TEXT_KEYS.contains(key)) {
              text = json.textOrEmpty(key);
            } else {
              json.skip();
            }
          }
          if (picture == null || text == null) {
            throw new DatasetException(
                "expected one of %s and one of %s".formatted(PICTURE_KEYS, TEXT_KEYS));
          }
          captions.of(picture, text);
          return null;
        });
  }
}
