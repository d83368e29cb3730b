package org.maskwright.trainer.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.annotation.MaskPolygons;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Outline;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.trainer.http.HttpException;
import org.maskwright.trainer.result.ImageResult;
import org.maskwright.trainer.result.ResultSegment;
import org.maskwright.trainer.result.SegmentFields;

/** As what masks are answered. */
enum AnswerFormat {
  /** COCO's compressed run lengths: the JSON that {@code predict} writes. */
  RLE,
  /** One PNG of the numbers of the segments, in Base64; 0 where there is none. */
  PNG,
  /** COCO's polygons. */
  POLYGON;

  private static final int MOST_8_BIT = 255;
  private static final int MOST_16_BIT = 65_535;

  /**
   * The format of a name.
   *
   * @throws HttpException 400 with all names
   */
  static AnswerFormat of(String name) {
    return Arrays.stream(values())
        .filter(format -> format.text().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                HttpException.badRequest(
                    "query: expected format %s, got '%s'"
                        .formatted(String.join(", ", names()), name)));
  }

  /** What they are called. */
  static List<String> names() {
    return Arrays.stream(values()).map(AnswerFormat::text).toList();
  }

  private String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * A result as JSON.
   *
   * @param file what the picture is called
   * @param thresholds instances with a score below are left out
   * @param polygons how masks become polygons
   * @throws HttpException 400 if the kind is not made of segments, which only run lengths can do
   *     without
   */
  JsonContent json(
      String file, ImageResult<?> result, ScoreThresholds thresholds, MaskPolygons polygons) {
    if (this == RLE) {
      return result.json(file, thresholds);
    }
    if (result.kind().segmented().isEmpty()) {
      throw HttpException.badRequest(
          "query: expected format rle for the task %s, which is not made of segments, got %s"
              .formatted(result.kind().name(), text()));
    }
    List<ResultSegment> segments = result.segments(thresholds);
    return JsonContent.object(
        json -> {
          json.writeStringField("file", file);
          json.writeStringField("task", result.kind().name());
          json.writeNumberField("height", result.frame().height());
          json.writeNumberField("width", result.frame().width());
          json.writeArrayFieldStart("segments");
          for (int i = 0; i < segments.size(); i++) {
            ResultSegment segment = segments.get(i);
            json.writeStartObject();
            if (this == PNG) {
              json.writeNumberField("id", i + 1);
            }
            SegmentFields.writeWithoutMask(json, result.classes(), segment);
            if (this == POLYGON) {
              polygons(json, segment.mask(), polygons);
            }
            json.writeEndObject();
          }
          json.writeEndArray();
          if (this == PNG) {
            json.writeBinaryField("png", png(result, segments));
          }
        });
  }

  /** A mask as a field of JSON; of {@link #PNG} white on black, by itself. */
  void mask(JsonGenerator json, Rle mask, MaskPolygons polygons) throws IOException {
    switch (this) {
      case RLE -> JsonNumbers.segmentation(json, mask);
      case POLYGON -> polygons(json, mask, polygons);
      case PNG -> {
        int[] pixels = new int[Math.multiplyExact(mask.height(), mask.width())];
        mask.paint(pixels, MOST_8_BIT);
        LabelMap picture = new LabelMap(mask.height(), mask.width(), pixels);
        json.writeBinaryField("png", LabelPng.encodeGrey8(picture));
      }
    }
  }

  /** {@code "segmentation": [[x, y, x, y, ...], ...]}, a ring for each part. */
  private static void polygons(JsonGenerator json, Rle mask, MaskPolygons polygons)
      throws IOException {
    json.writeArrayFieldStart("segmentation");
    for (Outline part : polygons.outlines(mask)) {
      JsonNumbers.array(json, part.bridged());
    }
    json.writeEndArray();
  }

  /** Where masks overlap, the earlier one is on top, which has the higher score. */
  private static byte[] png(ImageResult<?> result, List<ResultSegment> segments) {
    if (segments.size() > MOST_16_BIT) {
      throw HttpException.badRequest(
          "query: expected format rle or polygon for %d segments, got png, which has 65,535 numbers"
              .formatted(segments.size()));
    }
    int height = result.frame().height();
    int width = result.frame().width();
    int[] numbers = new int[Math.multiplyExact(height, width)];
    for (int i = segments.size() - 1; i >= 0; i--) {
      segments.get(i).mask().paint(numbers, i + 1);
    }
    LabelMap map = new LabelMap(height, width, numbers);
    return segments.size() <= MOST_8_BIT ? LabelPng.encodeGrey8(map) : LabelPng.encodeGrey16(map);
  }
}
