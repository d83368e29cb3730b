package org.maskwright.modelzoo.backbone;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.maskwright.engine.tensor.Parameter;

/** The normalisations that a segmentation model adds to the maps of a backbone. */
final class MapNorms {
  private static final Pattern NAMES = Pattern.compile("norm[0-3]\\..*");

  private MapNorms() {}

  /** A backbone's parameters but theirs. */
  static Map<String, Parameter> without(Map<String, Parameter> state) {
    Map<String, Parameter> out = new LinkedHashMap<>(state);
    out.keySet().removeIf(name -> NAMES.matcher(name).matches());
    return out;
  }
}
