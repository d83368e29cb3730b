package org.maskwright.trainer.serve;

import java.util.List;
import java.util.stream.Stream;
import org.maskwright.datasets.annotation.MaskPolygons;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.trainer.http.HttpException;
import org.maskwright.trainer.http.Query;
import org.maskwright.trainer.result.ImageResult;

/**
 * What a query says of the answer.
 *
 * @param format of masks
 * @param polygons how masks become polygons
 * @param name what the picture is called
 */
record AnswerShape(AnswerFormat format, MaskPolygons polygons, String name) {
  /** What may stand in the query. */
  static final List<String> QUERY = List.of("format", "simplify", "name");

  /** The same behind what else may stand in the query of a route. */
  static List<String> queryBehind(List<String> own) {
    return Stream.concat(own.stream(), QUERY.stream()).toList();
  }

  private static final String UNNAMED = "picture";
  private static final double MOST_SIMPLIFIED = 1000;

  /**
   * Reads them.
   *
   * @throws HttpException 400 if one is not as described
   */
  static AnswerShape of(Query query) {
    return new AnswerShape(
        AnswerFormat.of(query.find("format").orElse(AnswerFormat.names().get(0))),
        new MaskPolygons(query.number("simplify", 0, MOST_SIMPLIFIED).orElse(0.0)),
        query.find("name").orElse(UNNAMED));
  }

  /**
   * A result as JSON.
   *
   * @param thresholds instances with a score below are left out
   * @throws HttpException 400 if the kind is not made of segments, which only run lengths can do
   *     without
   */
  JsonContent json(ImageResult<?> result, ScoreThresholds thresholds) {
    return format.json(name, result, thresholds, polygons);
  }
}
