package org.maskwright.dl4j;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * The class names of a configuration, looked for before DL4J reads it, as it loads what is named. A
 * name may stand in a type property ({@code @class}), as the first element of an array or a field's
 * name around the object, and within another one ({@code List<...>}). So every text is searched
 * that is not known to be a vertex's or layer's name.
 */
final class ConfigurationClasses {
  /** Configuration classes of DL4J and ND4J; nothing else may be named. */
  private static final Pattern ALLOWED =
      Pattern.compile(
          "org\\.deeplearning4j\\.nn\\.(conf|weights|modelimport\\.keras)\\.[\\w.$]+"
              + "|org\\.nd4j\\.linalg\\.(activations|lossfunctions|learning|schedule)\\.[\\w.$]+");

  private static final Pattern QUALIFIED =
      Pattern.compile(
          "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*"
              + "(?:\\.\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)+");

  /** Where names stand that a user chose; DL4J reads them as texts and as nothing else. */
  private static final Pattern FREE =
      Pattern.compile(
          "/(vertices|vertexInputs)/[^/]*"
              + "|/vertexInputs/[^/]*/\\d+|/(networkInputs|networkOutputs|topologicalOrderStr)/\\d+|/.*/layerName");

  private ConfigurationClasses() {}

  /**
   * Refuses a configuration that names any other class.
   *
   * @param file named in the fault
   * @throws CheckpointException naming the class
   * @throws IOException if this is no JSON in UTF-8
   */
  static void check(Path file, byte[] configuration) throws IOException {
    String text =
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(configuration)).toString();
    try (JsonParser json = new JsonFactory().createParser(text)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token != JsonToken.VALUE_STRING && token != JsonToken.FIELD_NAME) {
          continue;
        }
        String where = json.getParsingContext().pathAsPointer().toString();
        if (!FREE.matcher(where).matches()) {
          requireAllowed(file, where, json.getText());
        }
      }
    }
  }

  private static void requireAllowed(Path file, String where, String text) {
    Matcher names = QUALIFIED.matcher(text);
    while (names.find()) {
      if (!ALLOWED.matcher(names.group()).matches()) {
        throw new CheckpointException(
            file,
            "its configuration names the class "
                + names.group()
                + " at "
                + where
                + ", which is no configuration class of DL4J; refused");
      }
    }
  }
}
