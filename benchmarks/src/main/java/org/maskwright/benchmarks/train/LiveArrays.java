package org.maskwright.benchmarks.train;

import java.lang.StackWalker.StackFrame;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.maskwright.benchmarks.Measured;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.DeviceArray;

/**
 * A backend that knows of every array which primitive made it, and for what part of the model or
 * the loss. Of the second step it finds the call after which most bytes are alive, and of the
 * third, which makes the same calls, what is alive then.
 */
final class LiveArrays {
  private static final double MIB = 1 << 20;

  /** By which the process grows from one row of the first table to the next. */
  private static final double GROWTH_MIB = 50;

  /** Rows of a table of what is alive; the rest is one more. */
  private static final int SHOWN = 60;

  private static final int SEARCHED = 2;
  private static final StackWalker STACK = StackWalker.getInstance();

  private record Made(DeviceArray array, String by) {}

  /** Arrays of one origin. */
  private static final class Kind {
    private long count;
    private long bytes;

    void add(Kind other) {
      count += other.count;
      bytes += other.bytes;
    }
  }

  private final Backend real;
  private List<Made> made = new ArrayList<>();
  private int step;
  private double grown; // what was resident at the last row
  private long calls;
  private long most;
  private long at;
  private Map<String, Kind> atMost = Map.of();

  LiveArrays(Backend real) {
    this.real = real;
  }

  /** The backend; closed with its engine. */
  Backend backend() {
    return (Backend)
        Proxy.newProxyInstance(
            LiveArrays.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> call(method, arguments));
  }

  /** Begins the table of the calls in which the process grew. */
  static void head() {
    System.out.println(
        "| step | call | made in | primitive | arrays alive, MiB | resident, MiB |\n|---|---|---|---|---|---|");
  }

  /** From now on it is another step; the first makes what all use. */
  void nextStep() {
    step++;
    calls = 0;
    made.removeIf(each -> each.array.isFreed());
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    Object result;
    try {
      result = method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    if (result instanceof DeviceArray array) {
      note(method, array);
    } else if (result instanceof DeviceArray[] arrays) {
      for (DeviceArray array : arrays) {
        if (array != null) {
          note(method, array);
        }
      }
    }
    long alive = real.memory().liveBytes();
    calls++;
    double resident = Measured.residentMiB();
    if (resident > grown + GROWTH_MIB) {
      grown = resident;
      System.out.printf(
          Locale.ROOT,
          "| %d | %d | %s | %s | %.0f | %.0f |%n",
          step,
          calls,
          origin(),
          method.getName(),
          alive / MIB,
          resident);
    }
    if (step == SEARCHED && alive > most) {
      most = alive;
      at = calls;
    } else if (step == SEARCHED + 1 && calls == at) {
      atMost = kinds();
    }
    return result;
  }

  private void note(Method method, DeviceArray array) {
    if (array.ownBytes() > 0) {
      made.add(new Made(array, origin() + " | " + method.getName() + " | " + array));
    }
  }

  /** The innermost method that belongs to the model or the training. */
  private static String origin() {
    return STACK.walk(
        frames ->
            frames
                .filter(LiveArrays::isAbove)
                .findFirst()
                .map(f -> simple(f.getClassName()) + "." + f.getMethodName())
                .orElse("-"));
  }

  private static boolean isAbove(StackFrame frame) {
    String name = frame.getClassName();
    return name.startsWith("org.maskwright.modelzoo.")
        || name.startsWith("org.maskwright.trainer.")
        || name.startsWith("org.maskwright.engine.nn.")
        || name.startsWith("org.maskwright.benchmarks.train.TrainingStep");
  }

  private static String simple(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private Map<String, Kind> kinds() {
    Map<String, Kind> kinds = new HashMap<>();
    for (Made each : made) {
      if (!each.array.isFreed()) {
        Kind kind = kinds.computeIfAbsent(each.by, k -> new Kind());
        kind.count++;
        kind.bytes += each.array.ownBytes();
      }
    }
    return kinds;
  }

  /** Writes tables of what was alive at the peak, the largest first: by class, and in full. */
  void print() {
    System.out.printf(
        Locale.ROOT, "%n%.0f MiB of arrays after call %d of %d%n", most / MIB, at, calls);
    Map<String, Kind> byClass = new HashMap<>();
    atMost.forEach(
        (by, of) -> byClass.computeIfAbsent(by.split("[.|]", 2)[0], k -> new Kind()).add(of));
    table("| made in | arrays | MiB |\n|---|---|---|", byClass, "others |");
    table(
        "| made in | primitive | array | arrays | MiB |\n|---|---|---|---|---|",
        atMost,
        "others | | |");
  }

  private static void table(String head, Map<String, Kind> kinds, String others) {
    List<Map.Entry<String, Kind>> rows = new ArrayList<>(kinds.entrySet());
    rows.sort((a, b) -> Long.compare(b.getValue().bytes, a.getValue().bytes));
    System.out.printf("%n%s%n", head);
    Kind rest = new Kind();
    for (int i = 0; i < rows.size(); i++) {
      if (i < SHOWN) {
        row(rows.get(i).getKey() + " |", rows.get(i).getValue());
      } else {
        rest.add(rows.get(i).getValue());
      }
    }
    if (rest.count > 0) {
      row(others, rest);
    }
  }

  private static void row(String name, Kind of) {
    System.out.printf(Locale.ROOT, "| %s %d | %.1f |%n", name, of.count, of.bytes / MIB);
  }
}
