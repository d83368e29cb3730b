package org.maskwright.trainer.run;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * What a run tells the person who watches it: lines, and on a terminal a bar that is redrawn in
 * place.
 */
public final class Console {
  private static final int BAR = 24;
  private static final long REDRAW_NANOS = 200_000_000L;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintWriter out;
  private final boolean terminal;
  private long drawn;
  private boolean open;

  /**
   * Writes to {@code out}.
   *
   * @param terminal whether a bar may be redrawn in place
   */
  public Console(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** A line that stays. */
  public void line(String text) {
    erase();
    out.println(text);
    out.flush();
  }

  /** A line that stays, from a format. */
  public void line(String format, Object... args) {
    line(String.format(Locale.ROOT, format, args));
  }

  /** Redraws the bar, at most five times a second; nothing where there is no terminal. */
  public void progress(String what, long done, long total, String beside) {
    long now = System.nanoTime();
    if (!terminal || done < total && now - drawn < REDRAW_NANOS) {
      return;
    }
    drawn = now;
    int full = (int) (BAR * done / Math.max(1, total));
    out.print(
        ERASE_LINE
            + what
            + " ["
            + "#".repeat(full)
            + "-".repeat(BAR - full)
            + "] "
            + done
            + "/"
            + total
            + " "
            + beside);
    out.flush();
    open = true;
  }

  private void erase() {
    if (open) {
      out.print(ERASE_LINE);
      open = false;
    }
  }
}
