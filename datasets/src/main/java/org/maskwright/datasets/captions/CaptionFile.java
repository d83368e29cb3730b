package org.maskwright.datasets.captions;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.json.CaptionJson;
import org.maskwright.files.InputFile;

/**
 * Captions of pictures, read one after the other; a picture may have several.
 *
 * <table>
 *   <caption>What is read</caption>
 *   <tr><th>file</th><th>form</th></tr>
 *   <tr><td>{@code .json}</td><td>COCO: {@code images} and {@code annotations} with {@code caption}</td></tr>
 *   <tr><td>{@code .jsonl}</td><td>Localized Narratives: an object a line with {@code image_id} and {@code caption}</td></tr>
 *   <tr><td>{@code .csv}, {@code .txt}; {@code .tsv}</td><td>the picture's file, then the caption;
 *       columns of other places by a first line that names them</td></tr>
 *   <tr><td>a folder</td><td>{@code NAME.txt} of the picture {@code NAME.jpg}: a caption a line</td></tr>
 * </table>
 *
 * <p>All are UTF-8.
 *
 * <p><b>Memory</b> one caption; of COCO's file the names of the pictures.
 *
 * @param path of the file or folder
 */
public record CaptionFile(Path path) {
  private static final List<String> PICTURE_COLUMNS =
      List.of("image", "file", "file_name", "filename", "image_name", "image_id", "filepath");
  private static final List<String> TEXT_COLUMNS =
      List.of("caption", "text", "comment", "title", "description", "class", "label", "category");
  private static final char MARK = '\uFEFF'; // some tools write it first

  /** Takes a caption. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * A caption.
     *
     * @param picture the name of its file, with folders and ending or without, or its id
     * @param text what is said, maybe nothing
     */
    void caption(String picture, String text);
  }

  /**
   * Reads all captions, in the file's order.
   *
   * @throws DatasetException if the file is missing, of another form, or not UTF-8
   */
  public void read(Visitor visitor) {
    if (Files.isDirectory(path)) {
      readFolder(visitor);
      return;
    }
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    String ending = name.substring(name.lastIndexOf('.') + 1);
    switch (ending) {
      case "json" -> CaptionJson.readCoco(path, visitor::caption);
      case "jsonl", "ndjson" -> readLines(path, line -> readJson(line, visitor));
      case "csv", "txt" -> readTable(',', visitor);
      case "tsv" -> readTable('\t', visitor);
      default ->
          throw DatasetException.ofFile(
              path,
              "captions: expected a folder or a file that ends in .json (COCO), .jsonl (Localized Narratives), .csv, .txt or .tsv, got ."
                  + ending);
    }
  }

  private void readFolder(Visitor visitor) {
    DataFolder folder = DataFolder.of(path);
    boolean any = false;
    for (String file : folder.filesBelow()) {
      if (file.toLowerCase(Locale.ROOT).endsWith(".txt")) {
        any = true;
        readLines(folder.existing(file), line -> visitor.caption(file, line.text()));
      }
    }
    if (!any) {
      throw DatasetException.ofFile(
          path, "captions: expected files NAME.txt with a caption a line, found none");
    }
  }

  /** A line that is not blank, and its number. */
  private record Line(String text, long number) {}

  @FunctionalInterface
  private interface Lines {
    void line(Line line);
  }

  private static void readLines(Path file, Lines lines) {
    InputFile.require(file, DatasetException::new);
    long number = 0;
    try (BufferedReader reader = open(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        String text = number == 1 ? unmarked(line) : line;
        if (!text.isBlank()) {
          lines.line(new Line(text, number));
        }
      }
    } catch (CharacterCodingException e) {
      throw notUtf8(file, number, e);
    } catch (IOException e) {
      throw DatasetException.ofFile(file, "cannot be read: " + e, e);
    }
  }

  private static DatasetException notUtf8(Path file, long number, IOException cause) {
    return DatasetException.ofFile(
        file,
        "captions: expected UTF-8, found other bytes after line " + number + "; save it as UTF-8",
        cause);
  }

  private static String unmarked(String first) {
    return !first.isEmpty() && first.charAt(0) == MARK ? first.substring(1) : first;
  }

  private static BufferedReader open(Path file) throws IOException {
    return new BufferedReader(
        new InputStreamReader(
            Files.newInputStream(file),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)));
  }

  private void readJson(Line line, Visitor visitor) {
    try {
      CaptionJson.readLine(line.text().getBytes(StandardCharsets.UTF_8), visitor::caption);
    } catch (DatasetException e) {
      throw DatasetException.ofFile(
          path, "line %d: %s".formatted(line.number(), e.getMessage()), e);
    }
  }

  private void readTable(char separator, Visitor visitor) {
    InputFile.require(path, DatasetException::new);
    long row = 0;
    try (BufferedReader reader = open(path)) {
      TableRows rows = new TableRows(reader, separator);
      int picture = 0;
      int text = 1;
      for (List<String> cells = rows.next(); !cells.isEmpty(); cells = rows.next()) {
        row++;
        if (row == 1) {
          List<String> names =
              cells.stream().map(c -> unmarked(c).strip().toLowerCase(Locale.ROOT)).toList();
          int pictureNamed = first(names, PICTURE_COLUMNS);
          int textNamed = first(names, TEXT_COLUMNS);
          if (pictureNamed >= 0 && textNamed >= 0) {
            picture = pictureNamed;
            text = textNamed;
            continue;
          }
        }
        if (cells.size() <= Math.max(picture, text)) {
          if (cells.size() == 1 && cells.get(0).isBlank()) {
            continue;
          }
          throw DatasetException.ofFile(
              path,
              "row %d: expected the picture's file and its caption, got %d column%s: %s"
                  .formatted(
                      row, cells.size(), cells.size() == 1 ? "" : "s", shortened(cells.get(0))));
        }
        String name = row == 1 ? unmarked(cells.get(picture)) : cells.get(picture);
        visitor.caption(name.strip(), cells.get(text));
      }
    } catch (CharacterCodingException e) {
      throw notUtf8(path, row, e);
    } catch (IOException e) {
      throw DatasetException.ofFile(path, "cannot be read: " + e, e);
    }
  }

  private static String shortened(String text) {
    int most = 40;
    return text.length() > most ? text.substring(0, most) + "..." : text;
  }

  private static int first(List<String> names, List<String> known) {
    return known.stream().mapToInt(names::indexOf).filter(i -> i >= 0).findFirst().orElse(-1);
  }
}
