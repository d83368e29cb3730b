package org.maskwright.benchmarks.train;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BackendProvider;
import org.maskwright.engine.spi.DeviceArray;

/** A backend whose calls are counted and timed, once told to start. */
final class TimedBackend {
  private static final double NANOS_PER_MILLI = 1e6;

  /** Rows of the table; the rest is one more. */
  private static final int SHOWN = 45;

  /** Calls of a primitive. */
  private static final class Calls {
    private long count;
    private long nanos;
  }

  private final Backend real;
  private final boolean shapes;
  private final Map<String, Calls> calls = new HashMap<>();
  private boolean started;

  private TimedBackend(Backend real, boolean shapes) {
    this.real = real;
    this.shapes = shapes;
  }

  /**
   * LibTorch on the CPU.
   *
   * @param shapes whether calls are told apart by the shapes of their arrays too
   */
  static TimedBackend torch(int threads, boolean shapes) {
    return new TimedBackend(torch(threads), shapes);
  }

  /** LibTorch on the CPU, not timed. */
  static Backend torch(int threads) {
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      if (provider.name().equals("torch") && provider.unavailableBecause().isEmpty()) {
        return provider.create("cpu", threads);
      }
    }
    throw new EngineException("torch: not on the class path, or cannot run here");
  }

  /** The backend; closed with its engine. */
  Backend backend() {
    return (Backend)
        Proxy.newProxyInstance(
            TimedBackend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> call(method, arguments));
  }

  /** From now on calls are timed, from nothing. */
  void start() {
    calls.clear();
    started = true;
  }

  /** Milliseconds of a step in each primitive, since the start. */
  Map<String, Double> millis(int steps) {
    Map<String, Double> out = new HashMap<>();
    calls.forEach((name, of) -> out.put(name, of.nanos / NANOS_PER_MILLI / steps));
    return out;
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    try {
      if (!started) {
        return method.invoke(real, arguments);
      }
      String key = key(method, arguments);
      long before = System.nanoTime();
      Object result = method.invoke(real, arguments);
      long nanos = System.nanoTime() - before;
      Calls of = calls.computeIfAbsent(key, k -> new Calls());
      of.count++;
      of.nanos += nanos;
      return result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private String key(Method method, Object[] arguments) {
    StringBuilder key = new StringBuilder(method.getName());
    if (arguments != null) {
      for (Object argument : arguments) {
        if (argument instanceof Enum<?> op) {
          key.append(' ').append(op);
        } else if (shapes && argument instanceof DeviceArray array) {
          key.append(' ').append(array);
        } else if (shapes && argument instanceof Boolean flag) {
          key.append(flag ? " +" : " -");
        }
      }
    }
    return key.toString();
  }

  /** Writes a table of what took longest. */
  void print(int steps, double millis) {
    List<Map.Entry<String, Calls>> rows = new ArrayList<>(calls.entrySet());
    rows.sort((a, b) -> Long.compare(b.getValue().nanos, a.getValue().nanos));
    System.out.printf("%n| primitive, a step | calls | ms | us a call |%n|---|---|---|---|%n");
    Calls all = new Calls();
    Calls rest = new Calls();
    for (int i = 0; i < rows.size(); i++) {
      Calls of = rows.get(i).getValue();
      add(all, of);
      if (i < SHOWN) {
        row(rows.get(i).getKey(), of, steps);
      } else {
        add(rest, of);
      }
    }
    row("others", rest, steps);
    row("all", all, steps);
    System.out.printf(
        Locale.ROOT, "| the whole step, timed so | | %.2f | |%n", millis / Math.max(1, steps));
  }

  private static void add(Calls sum, Calls of) {
    sum.count += of.count;
    sum.nanos += of.nanos;
  }

  private static void row(String name, Calls of, int steps) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.2f | %.1f |%n",
        name,
        of.count / (double) steps,
        of.nanos / NANOS_PER_MILLI / steps,
        of.count == 0 ? 0 : of.nanos / 1e3 / of.count);
  }
}
