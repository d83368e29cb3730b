package org.maskwright.trainer.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.maskwright.trainer.config.ConfigException.Problem;

/**
 * The text of a configuration file, looked through before the HOCON library parses it: the library
 * recurses once a level and knows no bounds, so that a file of a kilobyte can take all memory.
 */
final class HoconText {
  /** No configuration written by a person or by us comes near. */
  static final int MAX_BYTES = 1 << 20;

  static final int MAX_DEPTH = 100;
  static final int MAX_SUBSTITUTIONS = 1000;

  private final String name;
  private final String text;
  private final Deque<Integer> levels = new ArrayDeque<>(); // keys that each open bracket adds
  private int at;
  private int line = 1;
  private int depth;
  private int keyDots; // of the key whose value is being read
  private int dots; // of the word that is being read
  private int substitutions;
  private int firstSubstitution;
  private boolean closed; // the last thing on this line was the end of a list or section

  private HoconText(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /**
   * Reads a file and looks through it.
   *
   * @throws ConfigException if it is missing, too large or not UTF-8, or is nested or substitutes
   *     more than the bounds
   */
  static HoconText read(Path file) {
    String name = Origins.shortened(file);
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(name + ": no such file; expected a configuration file");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new ConfigException(name + ": cannot be read: " + e);
    }
    if (bytes.length > MAX_BYTES) {
      throw new ConfigException(
          name + ": expected a configuration file of at most " + MAX_BYTES + " bytes, got more");
    }
    return of(name, decoded(name, bytes));
  }

  /** Looks through a text. */
  static HoconText of(String name, String text) {
    HoconText out = new HoconText(name, text);
    out.scan();
    return out;
  }

  /**
   * Refuses what only a file that someone works on may hold.
   *
   * @throws ConfigException if there is a substitution
   */
  void requireNoSubstitution() {
    if (substitutions > 0) {
      throw refused(
          firstSubstitution, "a substitution ${...}; expected values alone, as Maskwright writes");
    }
  }

  private static String decoded(String name, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(in)
          .toString();
    } catch (CharacterCodingException e) {
      byte[] before = Arrays.copyOf(bytes, in.position());
      long line = new String(before, StandardCharsets.UTF_8).chars().filter(c -> c == '\n').count();
      throw new ConfigException(
          List.of(
              new Problem(
                  name + ":" + (line + 1),
                  "",
                  "expected UTF-8, got other bytes; save it as UTF-8")));
    }
  }

  private void scan() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#' || text.startsWith("//", at)) {
        skipTo("\n");
      } else if (c == '"') {
        closed = false; // the library reports text next to a list
        skipString();
      } else if (text.startsWith("${", at)) {
        closed = false;
        substitution();
      } else {
        plain(c);
        at++;
      }
    }
  }

  private void plain(char c) {
    if (closed && !Character.isWhitespace(c)) {
      if (",]}{[=:+".indexOf(c) < 0) {
        // The library would drop it without a word.
        throw refused(line, "text after a list or section; put a comma between them, or quotes");
      }
      closed = false;
    }
    switch (c) {
      case '\n' -> {
        line++;
        dots = 0;
        closed = false;
      }
      case '{', '[' -> {
        int added = 1 + keyDots + dots;
        levels.push(added);
        depth += added;
        endOfWord();
        checkDepth();
      }
      case '}', ']' -> {
        depth -= levels.isEmpty() ? 0 : levels.pop();
        endOfWord();
        closed = true;
      }
      case ',' -> endOfWord();
      case '=', ':' -> {
        keyDots = dots;
        dots = 0;
      }
      case '.' -> {
        dots++;
        checkDepth();
      }
      default -> {}
    }
  }

  private void endOfWord() {
    dots = 0;
    keyDots = 0;
  }

  private void checkDepth() {
    if (depth + dots > MAX_DEPTH) {
      throw refused(line, "nested deeper than " + MAX_DEPTH + " levels; flatten it");
    }
  }

  private void substitution() {
    if (substitutions++ == 0) {
      firstSubstitution = line;
    }
    if (substitutions > MAX_SUBSTITUTIONS) {
      throw refused(
          line, "more than " + MAX_SUBSTITUTIONS + " substitutions ${...}; write values instead");
    }
    int start = at;
    skipTo("}");
    if (text.substring(start, at).chars().filter(c -> c == '.').count() > MAX_DEPTH) {
      throw refused(line, "a substitution of more than " + MAX_DEPTH + " keys");
    }
  }

  private void skipString() {
    if (text.startsWith("\"\"\"", at)) {
      at += 3;
      skipTo("\"\"\"");
      at = Math.min(text.length(), at + 3);
      return;
    }
    at++;
    while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\n') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    at += at < text.length() && text.charAt(at) == '"' ? 1 : 0;
  }

  private void skipTo(String end) {
    int found = text.indexOf(end, at);
    int to = found < 0 ? text.length() : found;
    line += (int) text.substring(at, to).chars().filter(c -> c == '\n').count();
    at = to;
  }

  private ConfigException refused(int where, String message) {
    return new ConfigException(List.of(new Problem(name + ":" + where, "", message)));
  }
}
