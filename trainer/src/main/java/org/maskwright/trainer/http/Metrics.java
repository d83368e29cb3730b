package org.maskwright.trainer.http;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Numbers of a server that Prometheus reads.
 *
 * <p><b>Source</b> the text exposition format, version 0.0.4.
 *
 * <p><b>Threads</b> safe.
 */
public final class Metrics {
  /** The type of {@link #text}. */
  public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final ConcurrentLinkedQueue<Family> families = new ConcurrentLinkedQueue<>();

  /** Metrics of one name. */
  private interface Family {
    void writeTo(StringBuilder out);
  }

  /**
   * What only grows.
   *
   * @param name ends in {@code _total}
   * @param labels names of what tells its values apart
   */
  public Counter counter(String name, String help, String... labels) {
    Counter counter = new Counter(name, help, labels);
    families.add(counter);
    return counter;
  }

  /**
   * How often values lie below bounds.
   *
   * @param bounds upper ones, rising
   */
  public Histogram histogram(String name, String help, double[] bounds, String... labels) {
    Histogram histogram = new Histogram(name, help, bounds, labels);
    families.add(histogram);
    return histogram;
  }

  /** What is as it is when it is looked at. */
  public void gauge(String name, String help, DoubleSupplier value) {
    families.add(
        out -> {
          head(out, name, help, "gauge");
          line(out, name, "", value.getAsDouble());
        });
  }

  /** All of them. */
  public String text() {
    StringBuilder out = new StringBuilder();
    families.forEach(family -> family.writeTo(out));
    return out.toString();
  }

  /** What only grows, by labels. */
  public static final class Counter implements Family {
    private final String name;
    private final String help;
    private final Labels<LongAdder> values;

    private Counter(String name, String help, String... labels) {
      this.name = name;
      this.help = help;
      this.values = new Labels<>(labels, LongAdder::new);
    }

    /** One more of these values of the labels. */
    public void add(String... of) {
      values.get(of).increment();
    }

    @Override
    public void writeTo(StringBuilder out) {
      head(out, name, help, "counter");
      values.all().forEach((labels, n) -> line(out, name, braces(labels), n.sum()));
    }
  }

  /** How often values lie below bounds, by labels. */
  public static final class Histogram implements Family {
    private final String name;
    private final String help;
    private final double[] bounds;
    private final Labels<Buckets> values;

    private Histogram(String name, String help, double[] bounds, String... labels) {
      this.name = name;
      this.help = help;
      this.bounds = bounds.clone();
      this.values = new Labels<>(labels, () -> new Buckets(this.bounds.length + 1));
    }

    /** Counts a value. */
    public void observe(double value, String... of) {
      Buckets buckets = values.get(of);
      int at = Arrays.binarySearch(bounds, value);
      buckets.counts[at < 0 ? -at - 1 : at].increment(); // a value that is a bound is below it
      buckets.sum.add(value);
    }

    @Override
    public void writeTo(StringBuilder out) {
      head(out, name, help, "histogram");
      values.all().forEach((labels, buckets) -> write(out, labels, buckets));
    }

    private void write(StringBuilder out, String labels, Buckets buckets) {
      long below = 0;
      for (int i = 0; i < buckets.counts.length; i++) {
        below += buckets.counts[i].sum();
        String bound = i < bounds.length ? number(bounds[i]) : "+Inf";
        String both = labels + (labels.isEmpty() ? "" : ",") + "le=\"" + bound + "\"";
        line(out, name + "_bucket", braces(both), below);
      }
      line(out, name + "_sum", braces(labels), buckets.sum.sum());
      line(out, name + "_count", braces(labels), below);
    }
  }

  private static final class Buckets {
    final LongAdder[] counts;
    final DoubleAdder sum = new DoubleAdder();

    Buckets(int size) {
      counts = new LongAdder[size];
      Arrays.setAll(counts, i -> new LongAdder());
    }
  }

  /** A value for each combination of labels, as they are written. */
  private static final class Labels<T> {
    private final List<String> names;
    private final Supplier<T> first;
    private final Map<String, T> values = new TreeMap<>();

    Labels(String[] names, Supplier<T> first) {
      this.names = List.of(names);
      this.first = first;
      if (names.length == 0) {
        get();
      }
    }

    synchronized T get(String... of) {
      if (of.length != names.size()) {
        throw new IllegalArgumentException(
            "labels: expected %s, got %s".formatted(names, Arrays.toString(of)));
      }
      StringBuilder key = new StringBuilder();
      for (int i = 0; i < of.length; i++) {
        key.append(i == 0 ? "" : ",").append(names.get(i)).append("=\"");
        key.append(of[i].replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
        key.append('"');
      }
      return values.computeIfAbsent(key.toString(), k -> first.get());
    }

    synchronized Map<String, T> all() {
      return new TreeMap<>(values);
    }
  }

  private static String braces(String labels) {
    return labels.isEmpty() ? "" : "{" + labels + "}";
  }

  private static void head(StringBuilder out, String name, String help, String type) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static void line(StringBuilder out, String name, String labels, double value) {
    out.append(name).append(labels).append(' ').append(number(value)).append('\n');
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }
}
