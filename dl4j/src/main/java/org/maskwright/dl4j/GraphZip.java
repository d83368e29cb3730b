package org.maskwright.dl4j;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.ZipIntegrity;
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
      ZipIntegrity integrity = new ZipIntegrity(file, Collections.list(zip.getEntries()));
      byte[] configuration = content(file, zip, integrity, CONFIGURATION, MAX_CONFIGURATION_BYTES);
      ConfigurationClasses.check(file, configuration);
      byte[] coefficients = content(file, zip, integrity, COEFFICIENTS, MAX_COEFFICIENTS_BYTES);
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
  private static byte[] content(
      Path file, ZipFile zip, ZipIntegrity integrity, String name, int limit) throws IOException {
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
      integrity.check(entries.get(0), ByteBuffer.wrap(content));
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
}
