package org.maskwright.trainer.result;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;
import org.maskwright.trainer.output.OutputFolder;

/**
 * Results in the official formats, written image by image: JSON files of all images, and files of
 * each image.
 *
 * <p><b>Lifecycle</b> The JSON files are there after {@link #finish()}, never in part: those of an
 * evaluation that failed are discarded by {@link #close()}, and those of an earlier one are removed
 * at the start.
 */
public final class ResultFiles implements Closeable {
  private static final String UNFINISHED = ".part"; // of a hidden file

  private final OutputFolder folder;
  private final ResultNames names = new ResultNames();
  private final List<ResultWriter<?>> writers = new ArrayList<>();
  private final Map<String, Closeable> started = new LinkedHashMap<>(); // of all images

  private final String below; // "" or a folder of it with a slash behind

  private ResultFiles(OutputFolder folder, String below) {
    this.folder = folder;
    this.below = below;
  }

  /** Files in a folder, which is made. */
  public static ResultFiles in(OutputFolder folder) {
    return in(folder, "");
  }

  /**
   * Files in a folder below another, which is made.
   *
   * @param below its name with a slash behind; "" for the folder itself
   */
  public static ResultFiles in(OutputFolder folder, String below) {
    OutputFile.createFolder(folder.path().resolve(below));
    return new ResultFiles(folder, below);
  }

  /**
   * Starts the files of a kind, if it has some.
   *
   * @throws OutputException if one cannot be started
   */
  <R> Optional<Started<R>> start(ResultKind<R> kind, Dataset dataset) {
    try {
      Optional<ResultWriter<R>> writer = kind.writer(this, dataset);
      writer.ifPresent(writers::add);
      return writer.map(Started::new);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** The files of one kind. */
  final class Started<R> {
    private final ResultWriter<R> writer;

    private Started(ResultWriter<R> writer) {
      this.writer = writer;
    }

    /**
     * Writes the result of an image.
     *
     * @throws OutputException if it cannot be written
     */
    void add(SampleInfo image, R result) {
      try {
        writer.add(image, result);
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  /**
   * Starts a JSON file of all images; one of an earlier evaluation is removed.
   *
   * @param name in the folder, with slashes
   * @return to be written to; ended and closed by {@link #finish()}
   * @throws IllegalArgumentException if a file of that name was started already
   */
  public JsonGenerator json(String name) throws IOException {
    JsonGenerator json = new JsonFactory().createGenerator(unfinishedText(name));
    started.put(name, json);
    return json;
  }

  /**
   * Starts a text of all images; one of an earlier evaluation is removed.
   *
   * @param name in the folder, with slashes
   * @return to be written to; closed by {@link #finish()}
   * @throws IllegalArgumentException if a file of that name was started already
   */
  public Writer text(String name) throws IOException {
    Writer text = unfinishedText(name);
    started.put(name, text);
    return text;
  }

  private Writer unfinishedText(String name) throws IOException {
    if (started.containsKey(name)) {
      throw new IllegalArgumentException(
          "result files: " + name + " was started already; two kinds of result write it");
    }
    folder.delete(below + name);
    OutputFile.createFolder(unfinished(name).getParent());
    return Files.newBufferedWriter(unfinished(name));
  }

  /**
   * Writes a file of one image, {@code BELOW/NAME.ENDING}.
   *
   * @param below folder of the kind's files
   * @param ending without the dot
   */
  public void write(String below, SampleInfo image, String ending, OutputFile.Content file) {
    folder.write(this.below + below + "/" + nameOf(image) + "." + ending, file);
  }

  /**
   * Writes a file.
   *
   * @param name in the folder, with slashes
   */
  public void write(String name, OutputFile.Content file) {
    folder.write(name, file);
  }

  /**
   * Writes a text.
   *
   * @param name in the folder, with slashes
   */
  public void write(String name, String text) {
    folder.write(name, text);
  }

  /** Where a file of a name is. */
  public Path place(String name) {
    return folder.path().resolve(name);
  }

  /** The name of an image's files without ending, which no other image has. */
  public String nameOf(SampleInfo image) {
    return names.of(image);
  }

  /** An image's id, a number or a text as the annotation has it. */
  public static void writeId(JsonGenerator json, String field, ImageId id) throws IOException {
    if (id.name() == null) {
      json.writeNumberField(field, id.number());
    } else {
      json.writeStringField(field, id.name());
    }
  }

  private OutputException failed(IOException e) {
    return OutputFile.failure(folder.path(), e);
  }

  /** Ends the JSON files and gives them their names: every image was written. */
  public void finish() {
    try {
      for (ResultWriter<?> writer : writers) {
        writer.end();
      }
      for (Map.Entry<String, Closeable> file : started.entrySet()) {
        file.getValue().close();
        folder.publish(unfinished(file.getKey()), below + file.getKey());
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private Path unfinished(String name) {
    Path file = folder.path().resolve(below + name);
    return file.resolveSibling("." + file.getFileName() + UNFINISHED);
  }

  @Override
  public void close() throws IOException {
    IOException failed = null;
    for (Map.Entry<String, Closeable> file : started.entrySet()) {
      try {
        file.getValue().close();
      } catch (IOException e) { // the disk is full: the others are closed and all are removed
        failed = e;
      }
      Files.deleteIfExists(unfinished(file.getKey()));
    }
    if (failed != null) {
      throw failed;
    }
  }
}
