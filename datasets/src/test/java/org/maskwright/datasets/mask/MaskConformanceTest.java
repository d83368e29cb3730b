package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.maskwright.datasets.SharedData.list;
import static org.maskwright.datasets.SharedData.number;
import static org.maskwright.datasets.SharedData.object;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.SharedData;

/**
 * Masks against the official implementation's answers: strings, areas, boxes, overlaps, all equal.
 */
class MaskConformanceTest {
  @ParameterizedTest
  @ValueSource(strings = {"set-0", "set-1", "set-2", "set-3"})
  void itemsAndPairsEqualTheOfficialAnswers(String set) {
    Path folder = SharedData.require("conformance/" + set);
    Map<String, Object> cases = object(SharedData.json(folder.resolve("masks/fuzz.json")));
    Map<String, Object> expected =
        object(object(SharedData.json(folder.resolve("expected.json"))).get("masks"));
    List<Rle> masks = new ArrayList<>();
    List<Object> items = list(cases.get("items"));
    for (int i = 0; i < items.size(); i++) {
      Rle mask = mask(object(items.get(i)));
      masks.add(mask);
      Map<String, Object> want = object(list(expected.get("items")).get(i));
      String where = set + " item " + i;
      assertEquals(want.get("counts"), mask.toCompressedString(), where);
      assertEquals(number(want.get("area")), mask.area(), where);
      assertEquals(box(want.get("bbox")), mask.box(), where);
      Rle again = Rle.ofBitmap(mask.toBitmap(), mask.height(), mask.width());
      assertEquals(want.get("reencoded"), again.toCompressedString(), where);
      assertEquals(
          mask, Rle.ofString(mask.height(), mask.width(), mask.toCompressedString()), where);
    }
    List<Object> pairs = list(cases.get("pairs"));
    for (int i = 0; i < pairs.size(); i++) {
      List<Object> pair = list(pairs.get(i));
      checkPair(
          masks.get((int) number(pair.get(0))),
          masks.get((int) number(pair.get(1))),
          object(list(expected.get("pairs")).get(i)),
          set + " pair " + i);
    }
  }

  private static void checkPair(Rle a, Rle b, Map<String, Object> want, String where) {
    assertEquals(number(want.get("iou")), a.iou(b), where);
    assertEquals(number(want.get("iou_crowd")), a.iouWithCrowd(b), where);
    if (want.containsKey("union")) {
      assertEquals(want.get("union"), Rle.union(List.of(a, b)).toCompressedString(), where);
      assertEquals(want.get("inter"), Rle.intersection(List.of(a, b)).toCompressedString(), where);
    }
  }

  private static Rle mask(Map<String, Object> item) {
    int height = (int) number(item.get("h"));
    int width = (int) number(item.get("w"));
    if (item.containsKey("bbox_to_rle")) {
      return Polygons.toRle(box(item.get("bbox_to_rle")), height, width);
    }
    Object segmentation = item.get("segmentation");
    if (segmentation instanceof List) {
      List<double[]> parts = new ArrayList<>();
      for (Object part : list(segmentation)) {
        parts.add(doubles(part));
      }
      return Polygons.toRle(parts, height, width);
    }
    List<Object> size = list(object(segmentation).get("size"));
    int h = (int) number(size.get(0));
    int w = (int) number(size.get(1));
    Object counts = object(segmentation).get("counts");
    if (counts instanceof String text) {
      return Rle.ofString(h, w, text);
    }
    double[] runs = doubles(counts);
    int[] ints = new int[runs.length];
    for (int i = 0; i < runs.length; i++) {
      ints[i] = (int) runs[i];
    }
    return Rle.ofCounts(h, w, ints);
  }

  private static double[] doubles(Object values) {
    return list(values).stream().mapToDouble(SharedData::number).toArray();
  }

  private static Box box(Object values) {
    double[] b = doubles(values);
    return new Box(b[0], b[1], b[2], b[3]);
  }
}
