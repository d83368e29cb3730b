package org.maskwright.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.maskwright.trainer.Versions;

/**
 * What made a run or a checkpoint: enough to make it again, or to say why it differs.
 *
 * @param versions the build's versions
 * @param commit the source's commit, with {@code -dirty} if files differ from it or git cannot
 *     tell; {@code unknown} outside a git working tree
 * @param seed the run's one seed
 * @param backend name of the engine, such as {@code torch}
 * @param device the device used, such as {@code cpu}
 * @param command the command line as given
 * @param java version and vendor of the Java that ran
 * @param os name, version and architecture of the operating system
 * @param processors how many processors Java saw
 * @param dataFingerprints by part (train, val), what is enough to notice another data set: name,
 *     number of images, first and last id, classes
 * @param bases what its weights started from, each before what that one started from itself: the
 *     weights, and the data of their run where it is known
 * @param started when the process began the run
 */
public record Provenance(
    Versions versions,
    String commit,
    long seed,
    String backend,
    String device,
    List<String> command,
    String java,
    String os,
    int processors,
    Map<String, String> dataFingerprints,
    List<String> bases,
    Instant started) {
  private static final long GIT_SECONDS = 5;

  public Provenance {
    command = List.copyOf(command);
    dataFingerprints = Map.copyOf(dataFingerprints);
    bases = List.copyOf(bases);
  }

  /** The same of weights that started from others. */
  public Provenance from(List<String> others) {
    return new Provenance(
        versions,
        commit,
        seed,
        backend,
        device,
        command,
        java,
        os,
        processors,
        dataFingerprints,
        others,
        started);
  }

  /** Of the running process. */
  public static Provenance current(
      long seed,
      String backend,
      String device,
      List<String> command,
      Map<String, String> dataFingerprints) {
    return new Provenance(
        Versions.current(),
        sourceCommit(),
        seed,
        backend,
        device,
        command,
        System.getProperty("java.runtime.version") + " " + System.getProperty("java.vendor"),
        String.join(
            " ",
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        dataFingerprints,
        List.of(),
        Instant.now());
  }

  /** By the names under which trackers look for them. */
  public Map<String, String> tags() {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("mlflow.source.name", "maskwright " + String.join(" ", command));
    if (!commit.equals("unknown")) {
      out.put("mlflow.source.git.commit", commit);
    }
    out.put("maskwright.version", versions.maskwright());
    out.put("pytorch.version", versions.pytorch());
    out.put("nd4j.version", versions.nd4j());
    out.put("javacpp.version", versions.javacpp());
    out.put("java", java);
    out.put("os", os);
    out.put("engine", backend + " on " + device);
    new TreeMap<>(dataFingerprints).forEach((part, data) -> out.put("data." + part, data));
    if (!bases.isEmpty()) {
      out.put("bases", String.join("; ", bases));
    }
    return out;
  }

  /** As a JSON object. */
  public String toJson() {
    var text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("started", started.toString());
      json.writeArrayFieldStart("command");
      for (String word : command) {
        json.writeString(word);
      }
      json.writeEndArray();
      json.writeStringField("commit", commit);
      json.writeNumberField("seed", seed);
      json.writeStringField("backend", backend);
      json.writeStringField("device", device);
      json.writeObjectFieldStart("versions");
      json.writeStringField("maskwright", versions.maskwright());
      json.writeStringField("pytorch", versions.pytorch());
      json.writeStringField("nd4j", versions.nd4j());
      json.writeStringField("javacpp", versions.javacpp());
      json.writeEndObject();
      json.writeStringField("java", java);
      json.writeStringField("os", os);
      json.writeNumberField("processors", processors);
      json.writeObjectFieldStart("data");
      for (var data : new TreeMap<>(dataFingerprints).entrySet()) {
        json.writeStringField(data.getKey(), data.getValue());
      }
      json.writeEndObject();
      json.writeArrayFieldStart("bases");
      for (String base : bases) {
        json.writeString(base);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter throws none
    }
    return text + "\n";
  }

  /** The launcher says in {@code maskwright.home} where the source is. */
  private static String sourceCommit() {
    String home = System.getProperty("maskwright.home");
    if (home == null) {
      return "unknown";
    }
    Optional<String> commit = git(Path.of(home), "rev-parse", "HEAD");
    if (commit.isEmpty()) {
      return "unknown";
    }
    boolean clean = git(Path.of(home), "diff", "--no-ext-diff", "--quiet", "HEAD").isPresent();
    return clean ? commit.get() : commit.get() + "-dirty";
  }

  /**
   * What a git command that says little said; empty if it failed or did not end in time, or if
   * there is no git or no repository.
   */
  private static Optional<String> git(Path home, String... arguments) {
    var command = new ArrayList<>(List.of("git", "-C", home.toString()));
    command.addAll(List.of(arguments));
    Process process = null;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      // Read afterwards, so that a git that hangs is not waited for: a pipe holds more than a line.
      return process.waitFor(GIT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
          ? Optional.of(
              new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim())
          : Optional.empty();
    } catch (IOException e) { // git is not installed
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      if (process != null) {
        process.destroy();
      }
    }
  }
}
