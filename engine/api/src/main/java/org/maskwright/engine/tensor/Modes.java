package org.maskwright.engine.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.maskwright.engine.array.Precision;

/**
 * The modes of one thread. Those still open apply in the order in which they were opened, so that
 * closing one undoes that one, whichever it is.
 */
final class Modes {
  /** What modes decide. */
  record Values(boolean grad, Precision precision, boolean fused) {}

  private final Thread thread = Thread.currentThread();
  private final Values standard;
  private final List<Entry> open = new ArrayList<>();
  private Values values;

  Modes(Values standard) {
    this.standard = standard;
    this.values = standard;
  }

  private final class Entry implements Engine.Mode {
    private final UnaryOperator<Values> change;

    Entry(UnaryOperator<Values> change) {
      this.change = change;
    }

    @Override
    public void close() {
      if (Thread.currentThread() != thread) {
        throw new IllegalStateException(
            "mode: opened by thread "
                + thread.getName()
                + ", closed by "
                + Thread.currentThread().getName()
                + "; close it where it was opened");
      }
      if (open.remove(this)) {
        values = standard;
        for (Entry entry : open) {
          values = entry.change.apply(values);
        }
      }
    }
  }

  Values values() {
    return values;
  }

  Engine.Mode open(UnaryOperator<Values> change) {
    Entry entry = new Entry(change);
    open.add(entry);
    values = change.apply(values);
    return entry;
  }
}
