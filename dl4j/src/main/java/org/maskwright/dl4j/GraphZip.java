package org.maskwright.dl4j;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A ModelSerializer zip. DL4J makes objects of the classes that the configuration names, takes the
 * sizes that a file claims, inflates every entry and deserialises some; so it never sees the file,
 * only an archive of the two entries that are needed, made of the bytes that were checked.
 */
final class GraphZip {
  static final String CONFIGURATION = "configuration.json";
  static final String COEFFICIENTS = "coefficients.bin";
  private static final Set<String> NEEDED = Set.of(CONFIGURATION, COEFFICIENTS);

  private static final int MAX_CONFIGURATION_BYTES = 1 << 26;
  private static final int MAX_COEFFICIENTS_BYTES = 1 << 30;

  /** Weights compress by little. */
  private static final long MAX_INFLATION = 20;

  private static final long FREE_INFLATION_BYTES = 1 << 20;

  /** Old allocation modes of ND4J's buffers: their length is an int, that of others a long. */
  private static final Set<String> SHORT_FORMS = Set.of("DIRECT", "HEAP", "JAVACPP");

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
      byte[] configuration = content(file, zip, CONFIGURATION, MAX_CONFIGURATION_BYTES);
      checkClasses(file, configuration);
      byte[] coefficients = content(file, zip, COEFFICIENTS, MAX_COEFFICIENTS_BYTES);
      checkLengths(file, coefficients);
      return ModelSerializer.restoreComputationGraph(archive(configuration, coefficients), false);
    } catch (IOException | RuntimeException e) {
      throw e instanceof CheckpointException known ? known : damaged(file, e);
    }
  }

  private static CheckpointException damaged(Path file, Exception e) {
    return new CheckpointException(
        file, "expected a ComputationGraph that DL4J's ModelSerializer wrote: " + e, e);
  }

  /** Inflates by reading, because the size that an archive claims may be wrong. */
  private static byte[] content(Path file, ZipFile zip, String name, int limit) throws IOException {
    List<ZipArchiveEntry> entries = new ArrayList<>();
    zip.getEntries(name).forEach(entries::add);
    if (entries.size() != 1) {
      throw new CheckpointException(
          file, "expected one zip entry '%s', got %d".formatted(name, entries.size()));
    }
    long plausible = MAX_INFLATION * file.toFile().length() + FREE_INFLATION_BYTES;
    int most = (int) Math.min(limit, plausible);
    try (InputStream in = zip.getInputStream(entries.get(0))) {
      byte[] content = in.readNBytes(most);
      if (in.read() >= 0) {
        throw new CheckpointException(
            file,
            "zip entry '%s' inflates beyond %d bytes; refused as a zip bomb".formatted(name, most));
      }
      return content;
    }
  }

  private static InputStream archive(byte[] configuration, byte[] coefficients) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setLevel(Deflater.NO_COMPRESSION);
      zip.putNextEntry(new ZipEntry(CONFIGURATION));
      zip.write(configuration);
      zip.putNextEntry(new ZipEntry(COEFFICIENTS));
      zip.write(coefficients);
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  /**
   * An array is a buffer of its shape and one of its values; ND4J takes memory for what each says.
   */
  private static void checkLengths(Path file, byte[] array) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(array))) {
      for (String buffer : List.of("shape", "values")) {
        long length = SHORT_FORMS.contains(in.readUTF()) ? in.readInt() : in.readLong();
        int width = Math.max(1, DataType.valueOf(in.readUTF()).width());
        if (length < 0 || length > in.available() / width) {
          throw new CheckpointException(
              file,
              "zip entry '%s' announces %d numbers as its %s, but only %d bytes are left"
                  .formatted(COEFFICIENTS, length, buffer, in.available()));
        }
        in.skipNBytes(length * width);
      }
    }
  }

  private static void checkClasses(Path file, byte[] configuration) throws IOException {
    try (JsonParser json = new JsonFactory().createParser(configuration)) {
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
