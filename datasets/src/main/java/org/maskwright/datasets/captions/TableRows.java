package org.maskwright.datasets.captions;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a table in a text, as RFC 4180 has it: a cell in quotes may hold separators and ends
 * of lines, and a quote as two. Tables with tabs between have no quotes.
 */
final class TableRows {
  private static final int NONE = -2;

  private final Reader in;
  private final char separator;
  private final boolean quotes;
  private int ahead = NONE;

  /** Of a text that is buffered. */
  TableRows(Reader in, char separator) {
    this.in = in;
    this.separator = separator;
    this.quotes = separator != '\t';
  }

  /** The cells of the next row; of an empty line one empty cell; none at the end. */
  List<String> next() throws IOException {
    int c = read();
    if (c < 0) {
      return List.of();
    }
    List<String> cells = new ArrayList<>();
    while (true) {
      StringBuilder cell = new StringBuilder();
      if (quotes && c == '"') {
        c = quoted(cell);
      }
      while (c >= 0 && c != separator && c != '\n' && c != '\r') {
        cell.append((char) c);
        c = read();
      }
      cells.add(cell.toString());
      if (c != separator) {
        break;
      }
      c = read();
    }
    if (c == '\r') {
      int after = read();
      ahead = after == '\n' ? NONE : after;
    }
    return cells;
  }

  /** What is between quotes; gives the character behind them. */
  private int quoted(StringBuilder cell) throws IOException {
    int c = read();
    while (c >= 0) {
      if (c == '"') {
        c = read();
        if (c != '"') {
          return c;
        }
      }
      cell.append((char) c);
      c = read();
    }
    return c;
  }

  private int read() throws IOException {
    int c = ahead;
    ahead = NONE;
    return c == NONE ? in.read() : c;
  }
}
