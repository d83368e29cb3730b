package org.maskwright.dl4j;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * A ModelSerializer zip, looked at before DL4J reads it: DL4J makes objects of the classes that the
 * configuration names, and takes the sizes that the archive claims.
 */
final class GraphZip {
  static final String CONFIGURATION = "configuration.json";
  static final String COEFFICIENTS = "coefficients.bin";
  private static final Set<String> NEEDED = Set.of(CONFIGURATION, COEFFICIENTS);

  private static final long MAX_CONFIGURATION_BYTES = 1 << 26;

  /** Weights compress by little. */
  private static final long MAX_INFLATION = 20;

  private static final long FREE_INFLATION_BYTES = 1 << 20;

  private static final List<String> CLASS_KEYS = List.of("@class", "type", "class");

  /** Configuration classes of DL4J and ND4J; nothing else may be named. */
  private static final Pattern ALLOWED_CLASS =
      Pattern.compile(
          "org\\.deeplearning4j\\.nn\\.(conf|weights|modelimport\\.keras)\\.[\\w.$]+"
              + "|org\\.nd4j\\.linalg\\.(activations|lossfunctions|learning|schedule)\\.[\\w.$]+");

  private static final Pattern QUALIFIED = Pattern.compile("[a-z][\\w]*(\\.[\\w$]+){2,}");

  private GraphZip() {}

  static boolean recognises(Set<String> entries) {
    return entries.containsAll(NEEDED);
  }

  /**
   * The graph of a file.
   *
   * @throws CheckpointException if the archive is damaged or hostile, or holds no graph
   */
  static ComputationGraph read(Path file) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      checkSizes(file, zip);
      checkClasses(file, zip);
    } catch (IOException | RuntimeException e) {
      throw e instanceof CheckpointException known ? known : damaged(file, e);
    }
    try {
      return ModelSerializer.restoreComputationGraph(file.toFile(), false);
    } catch (IOException | RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private static CheckpointException damaged(Path file, Exception e) {
    return new CheckpointException(
        file, "expected a ComputationGraph that DL4J's ModelSerializer wrote: " + e, e);
  }

  private static void checkSizes(Path file, ZipFile zip) throws IOException {
    long most = MAX_INFLATION * file.toFile().length() + FREE_INFLATION_BYTES;
    for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
      if (NEEDED.contains(entry.getName())) {
        long size = inflated(zip, entry, most);
        boolean tooLong = entry.getName().equals(CONFIGURATION) && size > MAX_CONFIGURATION_BYTES;
        if (size > most || tooLong) {
          throw new CheckpointException(
              file,
              "zip entry '%s' inflates beyond %d bytes; refused as a zip bomb"
                  .formatted(entry.getName(), tooLong ? MAX_CONFIGURATION_BYTES : most));
        }
      }
    }
  }

  /** By reading, because the size that an archive claims may be wrong; at most just above most. */
  private static long inflated(ZipFile zip, ZipArchiveEntry entry, long most) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long size = 0;
    try (InputStream in = zip.getInputStream(entry)) {
      for (int n = in.read(buffer); n >= 0 && size <= most; n = in.read(buffer)) {
        size += n;
      }
    }
    return size;
  }

  private static void checkClasses(Path file, ZipFile zip) throws IOException {
    try (InputStream in = zip.getInputStream(zip.getEntry(CONFIGURATION));
        JsonParser json = new JsonFactory().createParser(in)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.VALUE_STRING
            && json.currentName() != null
            && CLASS_KEYS.contains(json.currentName())
            && QUALIFIED.matcher(json.getText()).matches()
            && !ALLOWED_CLASS.matcher(json.getText()).matches()) {
          throw new CheckpointException(
              file,
              "its configuration names the class "
                  + json.getText()
                  + ", which is no configuration class of DL4J; refused");
        }
      }
    }
  }
}
