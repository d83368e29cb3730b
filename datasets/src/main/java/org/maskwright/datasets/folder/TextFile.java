package org.maskwright.datasets.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;

/**
 * A text file that a user or a tool wrote: class names, lists of images. UTF-8 and UTF-16 are read,
 * with a byte-order mark or without; whatever else it is, is read as Latin-1, with a notice.
 *
 * @param lines without their ends
 * @param notice what was guessed about the file, for the user
 */
public record TextFile(List<String> lines, Optional<String> notice) {
  private static final long MAX_BYTES = 1L << 28;
  private static final int BYTE = 0xFF;

  public TextFile {
    lines = List.copyOf(lines);
  }

  /**
   * Reads a file.
   *
   * @throws DatasetException if it is no regular file, cannot be read, or is larger than 256 MiB
   */
  public static TextFile read(Path file) {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw DatasetException.ofFile(file, "expected a text file, found something else");
      }
      if (Files.size(file) > MAX_BYTES) {
        throw DatasetException.ofFile(file, "expected a text of at most " + MAX_BYTES + " bytes");
      }
      return decode(Files.readAllBytes(file), file);
    } catch (IOException e) {
      throw DatasetException.ofFile(file, "cannot read the text: " + e, e);
    }
  }

  /** The lines of a file, for texts of which only ASCII matters. */
  public static List<String> lines(Path file) {
    return read(file).lines;
  }

  /** Whether the line says something: it is neither blank nor a comment. */
  static boolean says(String line) {
    return !line.isBlank() && !line.strip().startsWith("#");
  }

  private static TextFile decode(byte[] bytes, Path file) {
    Optional<String> known =
        startsWith(bytes, 0xEF, 0xBB, 0xBF)
            ? strictly(bytes, 3, StandardCharsets.UTF_8)
            : startsWith(bytes, 0xFF, 0xFE)
                ? strictly(bytes, 2, StandardCharsets.UTF_16LE)
                : startsWith(bytes, 0xFE, 0xFF)
                    ? strictly(bytes, 2, StandardCharsets.UTF_16BE)
                    : unmarked(bytes);
    return known
        .map(text -> new TextFile(split(text), Optional.empty()))
        .orElseGet(
            () ->
                new TextFile(
                    split(new String(bytes, StandardCharsets.ISO_8859_1)),
                    Optional.of(
                        file + ": not UTF-8, read as Latin-1; save it as UTF-8 to be sure")));
  }

  /** UTF-16 has a zero in every other byte of European text; UTF-8 has none. */
  private static Optional<String> unmarked(byte[] bytes) {
    int[] zeros = new int[2];
    for (int i = 0; i < bytes.length; i++) {
      zeros[i & 1] += bytes[i] == 0 ? 1 : 0;
    }
    if (zeros[0] == zeros[1]) {
      return strictly(bytes, 0, StandardCharsets.UTF_8);
    }
    return strictly(
        bytes, 0, zeros[1] > zeros[0] ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE);
  }

  private static boolean startsWith(byte[] bytes, int... mark) {
    for (int i = 0; i < mark.length; i++) {
      if (i >= bytes.length || (bytes[i] & BYTE) != mark[i]) {
        return false;
      }
    }
    return true;
  }

  private static Optional<String> strictly(byte[] bytes, int from, Charset charset) {
    try {
      return Optional.of(
          charset
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
              .toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static List<String> split(String text) {
    List<String> lines = new ArrayList<>(List.of(text.split("\r\n|\n|\r", -1)));
    if (lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1); // the end of the last line
    }
    return lines;
  }
}
