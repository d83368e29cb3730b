package org.maskwright.modelzoo.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.NumpyArchive;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** Banks of words as files; see {@link TextBank#read} and {@link TextBank#write}. */
final class TextBankFile {
  private static final String FORMAT = "format";
  private static final String VERSION = "maskwright-text-bank-1";
  private static final String CLASSES = "classes";
  private static final String TEMPLATES = "templates";
  private static final String PROVENANCE = "provenance";
  private static final String EMBEDDINGS = "embeddings";
  private static final String WORD_CLASS = "word_class";
  private static final String WEIGHTS = "template_weights";
  private static final String SCALE = "logit_scale";
  private static final String NAMES = "names";
  private static final String NAME = "name";
  private static final String WORDS = "words";
  private static final JsonFactory JSON = new JsonFactory();

  private TextBankFile() {}

  static void write(Path file, TextBank bank) {
    List<WordClass> classes = bank.classes();
    int words = bank.words().size();
    long[] wordClass = new long[words];
    int at = 0;
    for (int k = 0; k < classes.size(); k++) {
      for (int i = 0; i < classes.get(k).words().size(); i++) {
        wordClass[at++] = k;
      }
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put(
        EMBEDDINGS,
        HostTensor.ofFloats(bank.embeddings(), words, bank.templates().size(), bank.width()));
    tensors.put(WORD_CLASS, HostTensor.ofLongs(wordClass, words));
    bank.templateWeights()
        .ifPresent(each -> tensors.put(WEIGHTS, HostTensor.ofFloats(each, each.length)));
    bank.logitScale()
        .ifPresent(
            each -> tensors.put(SCALE, HostTensor.ofFloats(new float[] {each.floatValue()})));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(FORMAT, VERSION);
    metadata.put(CLASSES, json(json -> writeClasses(json, classes)));
    metadata.put(TEMPLATES, json(json -> writeTexts(json, bank.templates())));
    metadata.put(
        PROVENANCE,
        json(
            json -> {
              json.writeStartObject();
              for (Map.Entry<String, String> entry : bank.provenance().entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
              }
              json.writeEndObject();
            }));
    Safetensors.write(file, StateDict.of(tensors).withMetadata(metadata));
  }

  private interface Body {
    void writeTo(JsonGenerator json) throws IOException;
  }

  private static String json(Body body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      body.writeTo(json);
    } catch (IOException e) {
      throw new IllegalStateException("JSON in memory", e);
    }
    return text.toString();
  }

  private static void writeClasses(JsonGenerator json, List<WordClass> classes) throws IOException {
    json.writeStartArray();
    for (WordClass each : classes) {
      json.writeStartObject();
      json.writeStringField(NAME, each.name());
      json.writeFieldName(WORDS);
      writeTexts(json, each.words());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeTexts(JsonGenerator json, List<String> texts) throws IOException {
    json.writeStartArray();
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  static TextBank read(Path file) {
    try {
      return NumpyArchive.recognises(file)
          ? ofNumpy(NumpyArchive.read(file))
          : ofSafetensors(Safetensors.read(file));
    } catch (CheckpointException e) {
      throw e.in(file);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file, e.getMessage(), e);
    }
  }

  private static TextBank ofSafetensors(StateDict state) {
    Map<String, String> metadata = state.metadata();
    if (!VERSION.equals(metadata.get(FORMAT))) {
      throw new CheckpointException(
          "expected a text bank (metadata %s = %s), got %s; './maskwright text-bank' makes one"
              .formatted(FORMAT, VERSION, metadata.getOrDefault(FORMAT, "no format")));
    }
    List<WordClass> classes = parse(metadata, CLASSES, TextBankFile::parseClasses);
    List<String> templates = parse(metadata, TEMPLATES, TextBankFile::parseTexts);
    Map<String, String> provenance = parse(metadata, PROVENANCE, TextBankFile::parseMap);
    HostTensor embeddings = state.get(EMBEDDINGS);
    if (embeddings.rank() != 3 || embeddings.size(1) != templates.size()) {
      throw new CheckpointException(
          "'%s': expected [words, %d templates, width], got %s"
              .formatted(EMBEDDINGS, templates.size(), embeddings));
    }
    requireWordClass(state.get(WORD_CLASS), classes);
    TextBank bank =
        TextBank.of(classes, templates, state.size(EMBEDDINGS, 2), embeddings.toFloatArray());
    if (!provenance.isEmpty()) {
      bank = bank.withProvenance(provenance);
    }
    if (state.contains(WEIGHTS)) {
      bank = bank.withTemplateWeights(state.get(WEIGHTS).toFloatArray());
    }
    return state.contains(SCALE) ? bank.withLogitScale(scale(state.get(SCALE))) : bank;
  }

  private static double scale(HostTensor tensor) {
    if (tensor.elementCount() != 1) {
      throw new CheckpointException("'" + SCALE + "': expected one number, got " + tensor);
    }
    return tensor.toDoubleArray()[0];
  }

  /** The classes of the words, said a second time for readers of the arrays alone. */
  private static void requireWordClass(HostTensor tensor, List<WordClass> classes) {
    long[] said = tensor.toLongArray();
    int at = 0;
    boolean same = true;
    for (int k = 0; k < classes.size(); k++) {
      for (int i = 0; i < classes.get(k).words().size(); i++, at++) {
        same &= at < said.length && said[at] == k;
      }
    }
    if (!same || at != said.length) {
      throw new CheckpointException(
          "'%s' does not say what '%s' says: %d classes with %d words"
              .formatted(WORD_CLASS, CLASSES, classes.size(), at));
    }
  }

  private interface Parsing<T> {
    T parse(JsonParser json) throws IOException;
  }

  private static <T> T parse(Map<String, String> metadata, String key, Parsing<T> parsing) {
    String text = metadata.get(key);
    if (text == null) {
      throw new CheckpointException("metadata '" + key + "' is missing");
    }
    try (JsonParser json = JSON.createParser(text)) {
      json.nextToken();
      return parsing.parse(json);
    } catch (IOException e) {
      throw new CheckpointException("metadata '" + key + "' is not JSON of a text bank: " + e, e);
    }
  }

  private static List<WordClass> parseClasses(JsonParser json) throws IOException {
    require(json, JsonToken.START_ARRAY);
    List<WordClass> classes = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      require(json, JsonToken.START_OBJECT);
      String name = "";
      List<String> words = List.of();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        if (field.equals(NAME)) {
          name = text(json);
        } else if (field.equals(WORDS)) {
          words = parseTexts(json);
        } else {
          throw new CheckpointException("a class has '" + field + "', expected name and words");
        }
      }
      classes.add(new WordClass(name, words));
    }
    return classes;
  }

  private static List<String> parseTexts(JsonParser json) throws IOException {
    require(json, JsonToken.START_ARRAY);
    List<String> texts = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      texts.add(text(json));
    }
    return texts;
  }

  private static Map<String, String> parseMap(JsonParser json) throws IOException {
    require(json, JsonToken.START_OBJECT);
    Map<String, String> map = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      map.put(name, text(json));
    }
    return map;
  }

  private static String text(JsonParser json) throws IOException {
    require(json, JsonToken.VALUE_STRING);
    return json.getText();
  }

  private static void require(JsonParser json, JsonToken expected) throws IOException {
    if (json.currentToken() != expected) {
      throw new CheckpointException("expected " + expected + ", got " + json.currentToken());
    }
  }

  private static TextBank ofNumpy(NumpyArchive archive) {
    Set<String> known = archive.keys();
    if (!known.containsAll(Set.of(NAMES, EMBEDDINGS))) {
      throw new CheckpointException(
          "expected arrays '%s' and '%s' ('%s' with [K,P,D]), got %s"
              .formatted(NAMES, EMBEDDINGS, TEMPLATES, known));
    }
    List<String> names = archive.texts(NAMES);
    HostTensor embeddings = archive.tensor(EMBEDDINGS);
    int rank = embeddings.rank();
    if ((rank != 2 && rank != 3) || embeddings.size(0) != names.size()) {
      throw new CheckpointException(
          "'%s': expected [K,D] or [K,P,D] of %d names, got %s"
              .formatted(EMBEDDINGS, names.size(), embeddings));
    }
    List<String> templates =
        known.contains(TEMPLATES) ? archive.texts(TEMPLATES) : List.of(TextBank.SLOT);
    if (rank == 3 && embeddings.size(1) != templates.size()) {
      throw new CheckpointException(
          "'%s': got %s, and '%s' has %d; expected one for each of the second axis"
              .formatted(
                  EMBEDDINGS,
                  embeddings,
                  TEMPLATES,
                  known.contains(TEMPLATES) ? templates.size() : 0));
    }
    if (rank == 2 && templates.size() != 1) {
      // Of a mean over templates nothing more is known.
      templates = List.of(TextBank.SLOT);
    }
    int width = Math.toIntExact(embeddings.size(rank - 1));
    float[] values = embeddings.toFloatArray();
    for (int at = 0; width > 0 && at < values.length; at += width) {
      try {
        TextBank.normalize(values, at, width);
      } catch (IllegalArgumentException e) {
        throw new CheckpointException(
            "'%s', vector %d: %s".formatted(EMBEDDINGS, at / width, e.getMessage()), e);
      }
    }
    TextBank bank =
        TextBank.of(names.stream().map(WordClass::named).toList(), templates, width, values);
    return known.contains(SCALE) ? bank.withLogitScale(scale(archive.tensor(SCALE))) : bank;
  }
}
