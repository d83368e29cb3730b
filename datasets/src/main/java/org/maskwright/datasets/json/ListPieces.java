package org.maskwright.datasets.json;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;
import org.maskwright.files.InputFile;

/**
 * A JSON file that is one list, in pieces that can be read side by side, each a list of its own.
 *
 * <p>Only brackets, quotes and escapes are looked at, which takes a tenth of the time of reading:
 * whether the pieces are JSON, and right, their readers find out. Where they fail, or the file is
 * refused here, reading it from end to end says what is wrong and where.
 *
 * <p><b>Memory</b> a megabyte a piece, or twice its only element. <b>Threads</b> safe.
 */
final class ListPieces implements Closeable {
  private static final int PIECE = 1 << 20;

  /** Some elements of the list. */
  static final class Piece {
    /** Of which the first {@code length} bytes are a list. */
    final byte[] json;

    final int length;

    /** Of the piece, from 0. */
    final int index;

    /** The number of elements before it. */
    final int first;

    private Piece(byte[] json, int length, int index, int first) {
      this.json = json;
      this.length = length;
      this.index = index;
      this.first = first;
    }
  }

  private final InputStream in;
  private final int size;
  private byte[] rest = new byte[0]; // read and looked at, but of the next piece
  private int pieces;
  private int elements;
  private boolean ended;

  // Where the look has come to.
  private int depth = 1;
  private boolean inText;
  private boolean escaped;

  // What it has found in the buffer at hand.
  private int commas; // between elements
  private int comma; // the last of them; 0 if there is none
  private int end; // the bracket that closes the list; 0 if it is not there

  private ListPieces(InputStream in, int size) {
    this.in = in;
    this.size = size;
  }

  /** The pieces of a file; empty if it does not begin with a list's bracket. */
  static Optional<ListPieces> of(Path file) throws IOException {
    InputFile.require(file, DatasetException::new);
    return of(Files.newInputStream(file), PIECE);
  }

  /**
   * @param size of a piece in bytes, about
   */
  static Optional<ListPieces> of(InputStream file, int size) throws IOException {
    InputStream in = new BufferedInputStream(file);
    try {
      int first = in.read();
      while (isSpace(first)) {
        first = in.read();
      }
      if (first == '[') {
        return Optional.of(new ListPieces(in, size));
      }
    } catch (IOException e) {
      in.close();
      throw e;
    }
    in.close();
    return Optional.empty();
  }

  /**
   * The next piece; empty after the last one.
   *
   * @throws IOException if the file cannot be read, or is not one list with brackets that fit
   */
  synchronized Optional<Piece> next() throws IOException {
    if (ended) {
      return Optional.empty();
    }
    byte[] buffer = new byte[Math.max(size, rest.length + 2)];
    buffer[0] = '[';
    System.arraycopy(rest, 0, buffer, 1, rest.length);
    int filled = 1 + rest.length;
    commas = 0;
    comma = 0;
    end = 0;
    while (end == 0 && (filled < buffer.length || comma == 0)) {
      if (filled == buffer.length) {
        buffer = Arrays.copyOf(buffer, Math.multiplyExact(2, filled));
      }
      int read = in.read(buffer, filled, buffer.length - filled);
      if (read < 0) {
        throw new IOException("the list does not end");
      }
      look(buffer, filled, filled + read);
      filled += read;
    }
    return Optional.of(end > 0 ? last(buffer, filled) : upToComma(buffer, filled));
  }

  private void look(byte[] buffer, int from, int to) {
    int level = depth;
    int i = from;
    while (i < to) {
      i = inText ? textEnd(buffer, i, to) : i;
      while (i < to && !inText) {
        int b = buffer[i];
        if (b == '"') {
          inText = true;
        } else if (b == '{' || b == '[') {
          level++;
        } else if (b == ',' && level == 1) {
          comma = i;
          commas++;
        } else if ((b == '}' || b == ']') && --level == 0) {
          end = i;
          return;
        }
        i++;
      }
    }
    depth = level;
  }

  /** The place behind a text's end, or {@code to}. */
  private int textEnd(byte[] buffer, int from, int to) {
    int i = from;
    if (escaped && i < to) {
      escaped = false;
      i++;
    }
    for (; i < to; i++) {
      int b = buffer[i];
      if (b == '"') {
        inText = false;
        return i + 1;
      }
      if (b == '\\' && ++i == to) {
        escaped = true;
      }
    }
    return to;
  }

  private Piece upToComma(byte[] buffer, int filled) {
    rest = Arrays.copyOfRange(buffer, comma + 1, filled);
    buffer[comma] = ']';
    Piece piece = new Piece(buffer, comma + 1, pieces++, elements);
    elements += commas;
    return piece;
  }

  private Piece last(byte[] buffer, int filled) throws IOException {
    ended = true;
    boolean alone = isSpace(buffer, end + 1, filled);
    for (int b = in.read(); b >= 0; b = in.read()) {
      alone &= isSpace(b);
    }
    if (!alone || (elements > 0 && isSpace(buffer, 1, end))) {
      throw new IOException("the list is not all of the file, or ends with a comma");
    }
    return new Piece(buffer, end + 1, pieces++, elements);
  }

  private static boolean isSpace(byte[] buffer, int from, int to) {
    boolean space = true;
    for (int i = from; i < to; i++) {
      space &= isSpace(buffer[i]);
    }
    return space;
  }

  private static boolean isSpace(int b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
