package org.maskwright.trainer.run;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.Closeable;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.weights.CheckpointException;

/**
 * A run's numbers as JSON lines, one object a line:
 *
 * <pre>{"kind":"train","step":20,"loss":31.25,"lr":1.0E-4}</pre>
 *
 * Numbers are written so that they read back as the same doubles; one that is undefined, such as a
 * metric where there is nothing to measure, is null and reads back as NaN. A line is handed to the
 * operating system at once, so a killed run loses none.
 *
 * <p><b>Threads</b> Not thread-safe.
 */
public final class MetricsLog implements Closeable {
  /**
   * A line of the log.
   *
   * @param kind what was measured: "train", "eval", or "final", an evaluation on all images
   * @param step the optimiser step it belongs to
   * @param values names to numbers, in the order of the file
   */
  public record Line(String kind, long step, Map<String, Double> values) {
    public Line {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }

  private static final JsonFactory JSON = new JsonFactory();

  private final Path file;
  private final Writer out;

  private MetricsLog(Path file, Writer out) {
    this.file = file;
    this.out = out;
  }

  /** Where the log is. */
  Path file() {
    return file;
  }

  /**
   * Goes on with a log after step {@code lastStep}: later lines, which the run that was ended wrote
   * beyond its last checkpoint, and a half-written last line are dropped. A missing log is started.
   *
   * @throws IOException if the file cannot be read or written
   */
  public static MetricsLog resume(Path file, long lastStep) throws IOException {
    if (Files.exists(file)) {
      var kept = new StringBuilder();
      for (Line line : read(file)) {
        if (line.step() <= lastStep) {
          kept.append(json(line));
        }
      }
      OutputFile.writeDurably(file, kept.toString());
    }
    return new MetricsLog(
        file,
        Files.newBufferedWriter(
            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  /** Appends one line. */
  public void write(String kind, long step, Map<String, Double> values) throws IOException {
    out.write(json(new Line(kind, step, values)));
    out.flush();
  }

  /**
   * All lines of a log; a half-written last line is left out.
   *
   * @throws CheckpointException if another line is not one of a log, naming it
   * @throws IOException if the file cannot be read
   */
  public static List<Line> read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<Line> lines = new ArrayList<>();
    int number = 0;
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        number++;
        if (!new String(bytes, start, i - start, StandardCharsets.US_ASCII).isBlank()) {
          lines.add(parsed(Arrays.copyOfRange(bytes, start, i), file + ":" + number));
        }
        start = i + 1;
      }
    }
    return lines;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private static String json(Line line) throws IOException {
    var text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("kind", line.kind());
      json.writeNumberField("step", line.step());
      for (Map.Entry<String, Double> e : line.values().entrySet()) {
        if (Double.isFinite(e.getValue())) {
          json.writeNumberField(e.getKey(), e.getValue());
        } else {
          json.writeNullField(e.getKey());
        }
      }
      json.writeEndObject();
    }
    return text + "\n";
  }

  private static Line parsed(byte[] text, String where) {
    String kind = "";
    long step = 0;
    Map<String, Double> values = new LinkedHashMap<>();
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new JsonParseException(json, "expected an object");
      }
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "kind" -> kind = json.getText();
          case "step" -> step = json.getLongValue();
          default ->
              values.put(
                  name,
                  json.currentToken() == JsonToken.VALUE_NULL
                      ? Double.NaN
                      : Double.valueOf(json.getText()));
        }
      }
    } catch (IOException | NumberFormatException e) {
      String why = e instanceof JsonProcessingException j ? j.getOriginalMessage() : e.getMessage();
      throw new CheckpointException(
          where
              + ": not a line of a metrics log ("
              + why
              + "); delete the line, or give the run's folder its own file back",
          e);
    }
    return new Line(kind, step, values);
  }
}
