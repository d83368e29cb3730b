package org.maskwright.modelzoo.family;

import com.typesafe.config.Config;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What Maskwright writes into a {@code config.json} about where a model comes from. Transformers
 * keeps keys that it does not know, but drops the metadata of a weights file that it saves anew.
 *
 * @param licence what the weights may be used for; empty if nothing is known
 */
record HuggingFaceOrigin(String licence) {
  static final String KEY = "maskwright";
  private static final String LICENCE = "licence";

  static Optional<HuggingFaceOrigin> of(Config config) {
    return config.hasPath(KEY + "." + LICENCE)
        ? Optional.of(new HuggingFaceOrigin(config.getString(KEY + "." + LICENCE)))
        : Optional.empty();
  }

  /** For writing. */
  Map<String, Object> toMap() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(LICENCE, licence);
    return json;
  }
}
