package org.maskwright.trainer.run;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * What a run tells the person who watches it: lines, and on a terminal a bar that is redrawn in
 * place. The bar fits the terminal, and is gone when all is done, when the console is closed and
 * when the process is interrupted.
 */
public final class Console implements AutoCloseable {
  private static final int BAR = 24;
  private static final int SHORTEST_BAR = 4;
  private static final int MARGIN = 3;
  private static final int USUAL_COLUMNS = 80;
  private static final long REDRAW_NANOS = 200_000_000L;
  private static final String ERASE_LINE = "\r\u001b[K";

  /** A terminal made narrower since the start cuts the line off instead of wrapping it. */
  private static final String NO_WRAP = "\u001b[?7l";

  private static final String WRAP = "\u001b[?7h";

  private final PrintWriter out;
  private final int columns;
  private Thread atExit; // erases the bar of an interrupted process; null until a bar is drawn
  private long drawn;
  private boolean open;
  private boolean closed;

  /**
   * Writes to {@code out}.
   *
   * @param terminal whether a bar may be redrawn in place
   */
  public Console(PrintWriter out, boolean terminal) {
    this(out, terminal ? USUAL_COLUMNS : 0);
  }

  /**
   * Writes to {@code out}.
   *
   * @param columns of the terminal, 0 if it is none
   */
  public Console(PrintWriter out, int columns) {
    this.out = out;
    this.columns = columns;
  }

  /** A line that stays. */
  public synchronized void line(String text) {
    erase();
    out.println(text);
    out.flush();
  }

  /** A line that stays, from a format. */
  public void line(String format, Object... args) {
    line(String.format(Locale.ROOT, format, args));
  }

  /** Redraws the bar, at most five times a second; nothing where there is no terminal. */
  public synchronized void progress(String what, long done, long total, String beside) {
    if (columns == 0 || closed) {
      return;
    }
    if (done >= total) {
      erase();
      return;
    }
    long now = System.nanoTime();
    if (open && now - drawn < REDRAW_NANOS) {
      return;
    }
    drawn = now;
    out.print(ERASE_LINE + NO_WRAP + bar(what, done, total, beside, columns) + WRAP);
    out.flush();
    open = true;
    if (atExit == null) {
      atExit = new Thread(this::close, "console");
      Runtime.getRuntime().addShutdownHook(atExit);
    }
  }

  /**
   * The bar's line, shorter than the terminal by the last column, where some wrap, and by the "^C"
   * that terminals add to it: the bar gives way first, then what is beside it.
   */
  static String bar(String what, long done, long total, String beside, int columns) {
    String count = done + "/" + total;
    int room = columns - MARGIN - what.length() - count.length() - beside.length() - 5;
    int length = Math.min(BAR, room);
    StringBuilder line = new StringBuilder(what).append(' ');
    if (length >= SHORTEST_BAR) {
      int full = (int) (length * done / Math.max(1, total));
      line.append('[').append("#".repeat(full)).append("-".repeat(length - full)).append("] ");
    }
    line.append(count).append(' ').append(beside);
    line.setLength(Math.min(line.length(), Math.max(0, columns - MARGIN)));
    return line.toString().replaceAll("\\p{Cntrl}", "?"); // names of files may hold anything
  }

  private void erase() {
    if (open) {
      out.print(ERASE_LINE);
      out.flush();
      open = false;
    }
  }

  /** Erases the bar; lines may follow, but no bar. */
  @Override
  public synchronized void close() {
    erase();
    closed = true;
    if (atExit != null && Thread.currentThread() != atExit) {
      try {
        Runtime.getRuntime().removeShutdownHook(atExit);
      } catch (IllegalStateException e) {
        return; // the process is ending, and the hook has nothing left to do
      }
    }
  }
}
