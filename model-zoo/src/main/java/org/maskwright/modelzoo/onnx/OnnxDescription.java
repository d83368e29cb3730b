package org.maskwright.modelzoo.onnx;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor;
import org.maskwright.modelzoo.postprocess.PanopticPostProcessor;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * What an ONNX file says of its model in its metadata: all that is needed to prepare pictures and
 * to understand what comes out. Keys begin with {@code maskwright.}; lists are JSON.
 *
 * @param classes in the order of the logits
 * @param shortEdge short edge of the input in pixels that the model was made for
 * @param maxSize largest long edge of the input in pixels
 * @param sizeDivisibility of which the model pads its input to multiples
 * @param mean of each channel in units of 0..255, subtracted
 * @param std of each channel in units of 0..255, divided by
 * @param maskScores how mask logits become probabilities
 * @param rules where families post-process differently
 * @param licence what the weights may be used for, or empty
 */
public record OnnxDescription(
    List<ClassSpace.Entry> classes,
    int shortEdge,
    int maxSize,
    int sizeDivisibility,
    List<Double> mean,
    List<Double> std,
    MaskScores maskScores,
    FamilyRules rules,
    String licence) {
  private static final String PREFIX = "maskwright.";
  private static final String CLASSES = PREFIX + "classes";
  private static final String THINGS = PREFIX + "things";
  private static final String SHORT_EDGE = PREFIX + "short_edge";
  private static final String MAX_SIZE = PREFIX + "max_size";
  private static final String DIVISIBILITY = PREFIX + "size_divisibility";
  private static final String MEAN = PREFIX + "mean";
  private static final String STD = PREFIX + "std";
  private static final String SCORES = PREFIX + "mask_scores";
  private static final String REGION = PREFIX + "panoptic_region";
  private static final String FIRST = PREFIX + "hf_masks";
  private static final String LICENCE = PREFIX + "licence";

  /** Keeps the lists. */
  public OnnxDescription {
    classes = List.copyOf(classes);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /** A side of the input after the model's own padding. */
  public int paddedSize(int size) {
    return ModelConfig.paddedSize(size, sizeDivisibility);
  }

  /** As the metadata of a file. */
  public Map<String, String> toMetadata() {
    Map<String, String> out = new LinkedHashMap<>();
    out.put(CLASSES, json(classes.stream().map(ClassSpace.Entry::name).toList()));
    out.put(THINGS, json(classes.stream().map(ClassSpace.Entry::thing).toList()));
    out.put(SHORT_EDGE, Integer.toString(shortEdge));
    out.put(MAX_SIZE, Integer.toString(maxSize));
    out.put(DIVISIBILITY, Integer.toString(sizeDivisibility));
    out.put(MEAN, json(mean));
    out.put(STD, json(std));
    out.put(SCORES, maskScores.name());
    out.put(REGION, rules.region().name());
    out.put(FIRST, rules.first().name());
    out.put(LICENCE, licence);
    return out;
  }

  /**
   * From the metadata of a file.
   *
   * @param file for messages
   * @throws CheckpointException if it is not one that Maskwright wrote, or says what cannot be
   */
  public static OnnxDescription of(Map<String, String> metadata, String file) {
    try {
      List<String> names = list(metadata, CLASSES);
      List<String> things = list(metadata, THINGS);
      List<ClassSpace.Entry> classes = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        classes.add(new ClassSpace.Entry(names.get(i), Boolean.parseBoolean(things.get(i))));
      }
      return new OnnxDescription(
          new ClassSpace(classes).classes(),
          Integer.parseInt(value(metadata, SHORT_EDGE)),
          Integer.parseInt(value(metadata, MAX_SIZE)),
          Integer.parseInt(value(metadata, DIVISIBILITY)),
          list(metadata, MEAN).stream().map(Double::valueOf).toList(),
          list(metadata, STD).stream().map(Double::valueOf).toList(),
          MaskScores.valueOf(value(metadata, SCORES)),
          new FamilyRules(
              PanopticPostProcessor.Region.valueOf(value(metadata, REGION)),
              HuggingFacePostProcessor.First.valueOf(value(metadata, FIRST))),
          value(metadata, LICENCE));
    } catch (IllegalArgumentException | IndexOutOfBoundsException | IOException e) {
      throw new CheckpointException(
          "%s: expected the metadata that 'maskwright export --to onnx' writes (classes, sizes, normalisation), got none that can be read: %s"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static String value(Map<String, String> metadata, String key) {
    String value = metadata.get(key);
    if (value == null) {
      throw new IllegalArgumentException("no " + key);
    }
    return value;
  }

  private static String json(List<?> values) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.writeStartArray();
      for (Object value : values) {
        json.writeObject(value);
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new IllegalStateException("a string cannot be written: " + e, e);
    }
    return out.toString();
  }

  private static List<String> list(Map<String, String> metadata, String key) throws IOException {
    List<String> out = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(value(metadata, key))) {
      if (json.nextToken() != JsonToken.START_ARRAY) {
        throw new IllegalArgumentException(key + " is no list");
      }
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() == null || !json.currentToken().isScalarValue()) {
          throw new IllegalArgumentException(key + " is no list of values");
        }
        out.add(json.getText());
      }
    }
    return out;
  }
}
