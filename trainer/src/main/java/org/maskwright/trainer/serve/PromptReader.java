package org.maskwright.trainer.serve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.trainer.http.HttpException;
import org.maskwright.trainer.http.Query;
import org.maskwright.trainer.prompt.Click;
import org.maskwright.trainer.prompt.PromptBox;
import org.maskwright.trainer.prompt.PromptWishes;

/** Prompts as requests have them: in a query, or in JSON. */
final class PromptReader {
  /** Names in both. */
  static final List<String> QUERY = List.of("points", "boxes", "multimask");

  /** Names in JSON. */
  static final List<String> BODY = List.of("picture", "points", "boxes", "multimask", "mask");

  /** Objects that are asked about at once: each takes 1 MiB of Segment Anything's logits. */
  private static final int MOST_BOXES = 64;

  private static final String POINT = "x,y or x,y,1 on the object, or x,y,0 beside it";
  private static final String BOX = "x0,y0,x1,y1";

  private PromptReader() {}

  /**
   * Those of a query: numbers with commas, several with semicolons between.
   *
   * @throws HttpException 400 if there are none, or one is not as described
   */
  static PromptWishes of(Query query) {
    return wishes(
        "query",
        query.find("points").map(PromptReader::numbers).orElse(List.of()),
        query.find("boxes").map(PromptReader::numbers).orElse(List.of()),
        Optional.empty(),
        query.find("multimask").map(PromptReader::truth).orElse(false));
  }

  /**
   * Those of an object in JSON.
   *
   * @throws HttpException 400 if there are none, or one is not as described
   */
  static PromptWishes of(JsonTree body) {
    try {
      for (String key : body.keys()) {
        if (!BODY.contains(key)) {
          throw body.error("expected %s, got \"%s\"".formatted(String.join(", ", BODY), key));
        }
      }
      return wishes(
          "body",
          body.find("points").map(PromptReader::lists).orElse(List.of()),
          body.find("boxes").map(PromptReader::lists).orElse(List.of()),
          body.find("mask").map(PromptReader::mask),
          body.find("multimask").map(PromptReader::truth).orElse(false));
    } catch (DatasetException e) {
      throw HttpException.badRequest("body: " + e.getMessage());
    }
  }

  private static PromptWishes wishes(
      String where,
      List<double[]> points,
      List<double[]> boxes,
      Optional<Rle> mask,
      boolean multimask) {
    if (points.isEmpty() && boxes.isEmpty() && mask.isEmpty()) {
      throw HttpException.badRequest(
          "%s: expected points or boxes, got none; such as points=320,200 beside a picture, \"points\": [[320, 200]] in JSON"
              .formatted(where));
    }
    if (boxes.size() > MOST_BOXES) {
      throw HttpException.badRequest(
          "%s: expected at most %d boxes at once, got %d; ask several times"
              .formatted(where, MOST_BOXES, boxes.size()));
    }
    try {
      return new PromptWishes(
          points.stream().map(PromptReader::click).toList(),
          boxes.stream().map(PromptReader::box).toList(),
          mask,
          multimask);
    } catch (IllegalArgumentException e) {
      throw HttpException.badRequest(where + ": " + e.getMessage());
    }
  }

  private static Click click(double[] numbers) {
    boolean labelled = numbers.length == 3 && (numbers[2] == 0 || numbers[2] == 1);
    if (!labelled && numbers.length != 2) {
      throw wrong("points", POINT, numbers);
    }
    return new Click(numbers[0], numbers[1], !labelled || numbers[2] == 1);
  }

  private static PromptBox box(double[] numbers) {
    if (numbers.length != 4) {
      throw wrong("boxes", BOX, numbers);
    }
    return new PromptBox(numbers[0], numbers[1], numbers[2], numbers[3]);
  }

  private static IllegalArgumentException wrong(String what, String expected, double[] got) {
    return new IllegalArgumentException(
        "%s: expected %s, got %s".formatted(what, expected, Arrays.toString(got)));
  }

  /** Commas between numbers, semicolons between lists of them. */
  private static List<double[]> numbers(String text) {
    List<double[]> out = new ArrayList<>();
    for (String list : text.split(";", -1)) {
      try {
        out.add(Arrays.stream(list.split(",", -1)).mapToDouble(Double::parseDouble).toArray());
      } catch (NumberFormatException e) {
        throw HttpException.badRequest(
            "query: expected numbers with commas, and semicolons between points or boxes, got '%s'"
                .formatted(list));
      }
    }
    return out;
  }

  private static List<double[]> lists(JsonTree given) {
    return given.elements().stream().map(JsonTree::numbers).toList();
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw HttpException.badRequest(
              "query: expected multimask true or false, got '%s'".formatted(text));
    };
  }

  private static boolean truth(JsonTree given) {
    if (given.isText() || given.isNumber() || given.isList() || given.isObject()) {
      throw given.error("expected true or false");
    }
    return given.isTrue();
  }

  private static Rle mask(JsonTree given) {
    Segmentation drawn = Segmentation.of(given);
    if (drawn.isPolygons()) {
      throw given.error("expected run lengths {\"size\": [height, width], \"counts\"}");
    }
    try {
      return drawn.toRle(drawn.height(), drawn.width());
    } catch (IllegalArgumentException e) {
      throw given.error(e.getMessage());
    }
  }
}
