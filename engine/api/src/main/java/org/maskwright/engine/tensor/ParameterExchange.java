package org.maskwright.engine.tensor;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.spi.ArrayExchange;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.DeviceArray;

/**
 * What processes exchange of the parameters that all of them hold: gradients, which are added up,
 * and values.
 *
 * <p>Gradients go in buckets, in the reverse order of the parameters, which is about the order in
 * which a backward pass delivers them (Li et al., PyTorch Distributed, arXiv 2006.15704, sec. 3.2).
 * During {@link #whileAdded} a bucket is under way as soon as all its gradients are there.
 * <b>Differs:</b> gradients are added up and not averaged, because what losses are divided by is
 * known over all processes; and a gradient that grows after its bucket has left is sent once more.
 *
 * <p>A parameter that gets a gradient in some process gets the sum in all; one that gets none
 * anywhere has none.
 *
 * <p><b>Memory</b> the group's one copy of the buckets that are under way; none where the backend
 * adds up its arrays itself ({@link Backend#exchange}). <b>Threads</b> one.
 */
public final class ParameterExchange {
  /** As in PyTorch: few enough exchanges, and early enough ones. */
  private static final long BUCKET_BYTES = 25L << 20;

  private final Engine engine;
  private final ProcessGroup group;
  private final Optional<ArrayExchange> onDevice;
  private final List<Parameter> parameters;
  private final List<Bucket> buckets = new ArrayList<>();
  private final int[] expected; // how often each grew in the last pass; the first one expects never
  private final BitSet withGradient = new BitSet(); // when its bucket left
  private final List<Tensor> late = new ArrayList<>(); // gradients that have grown since
  private int launched;
  private int arrived; // of those, the first so many
  private int early;
  private long since; // a first one left
  private long underWay; // nanoseconds
  private long hidden;

  /**
   * For parameters of one engine, in the same order in all processes.
   *
   * @param group the processes that hold them
   */
  public ParameterExchange(Engine engine, ProcessGroup group, Collection<Parameter> parameters) {
    this(engine, group, parameters, BUCKET_BYTES);
  }

  ParameterExchange(
      Engine engine, ProcessGroup group, Collection<Parameter> parameters, long bucketBytes) {
    this.engine = engine;
    this.group = group;
    this.onDevice = group.size() == 1 ? Optional.empty() : engine.backend().exchange(group);
    this.parameters = List.copyOf(parameters);
    this.expected = new int[this.parameters.size()];
    Arrays.fill(expected, Integer.MAX_VALUE);
    Bucket bucket = new Bucket();
    for (int i = this.parameters.size() - 1; i >= 0; i--) {
      long bytes = this.parameters.get(i).numel() * Float.BYTES;
      if (bucket.bytes > 0 && bucket.bytes + bytes > bucketBytes) {
        buckets.add(bucket);
        bucket = new Bucket();
      }
      bucket.numbers.add(i);
      bucket.bytes += bytes;
    }
    if (!bucket.numbers.isEmpty()) {
      buckets.add(bucket);
    }
  }

  private static final class Bucket {
    private final List<Integer> numbers = new ArrayList<>(); // of its parameters
    private final List<Tensor> sent = new ArrayList<>(); // their gradients, taken out of them
    private long bytes;
    private Sum sum;
  }

  /**
   * Gradients under way.
   *
   * @param buffers of their values, or of copies; none where a device adds up its arrays itself
   */
  private record Sum(
      List<Tensor> arrays, List<FloatBuffer> buffers, ProcessGroup.Pending pending) {}

  /** Overwrites the values by those of one process. */
  public void take(int rank) {
    if (group.size() == 1) {
      return;
    }
    for (Bucket bucket : buckets) {
      List<Parameter> some = bucket.numbers.stream().map(parameters::get).toList();
      if (rank == group.rank()) {
        group.take(rank, some.stream().map(p -> values(p.tensor())).toList());
      } else {
        receive(rank, some);
      }
    }
  }

  private void receive(int rank, List<Parameter> some) {
    List<FloatBuffer> memory = some.stream().map(Parameter::overwritten).toList();
    if (memory.stream().noneMatch(Objects::isNull)) {
      group.take(rank, memory);
      return;
    }
    List<FloatBuffer> copies =
        some.stream().map(p -> FloatBuffer.allocate(Math.toIntExact(p.numel()))).toList();
    group.take(rank, copies);
    for (int i = 0; i < copies.size(); i++) {
      some.get(i).set(copies.get(i));
    }
  }

  /** Overwrites the values by their means over all processes. */
  public void average() {
    if (group.size() == 1) {
      return;
    }
    for (Parameter p : parameters) {
      FloatBuffer values = FloatBuffer.wrap(p.tensor().toFloats());
      group.sum(List.of(values)).await();
      for (int i = 0; i < values.limit(); i++) {
        values.put(i, values.get(i) / group.size());
      }
      p.set(values);
    }
  }

  /** The values where the host reaches them, else a copy of them. */
  private FloatBuffer values(Tensor t) {
    FloatBuffer memory = engine.backend().hostFloats(t.array());
    return memory == null ? FloatBuffer.wrap(t.toFloats()) : memory;
  }

  /**
   * Runs a backward pass, after which each parameter has the sum of all processes' gradients, what
   * it had before the pass counted too.
   */
  public void whileAdded(Runnable backward) {
    if (group.size() == 1) {
      backward.run();
      return;
    }
    int[] grown = new int[parameters.size()];
    // Exchanges of the forward and backward pass itself come in between, in an order of their own.
    boolean inOrder = engine.ofStatistics().size() == 1;
    int[] missing =
        buckets.stream().mapToInt(b -> inOrder ? missing(b) : Integer.MAX_VALUE).toArray();
    launched = 0;
    arrived = 0;
    List<Parameter.Hook> hooks = new ArrayList<>();
    try {
      for (int b = 0; b < buckets.size(); b++) {
        int of = b;
        for (int i : buckets.get(b).numbers) {
          hooks.add(
              parameters
                  .get(i)
                  .onGradient(
                      p -> {
                        look();
                        if (++grown[i] == expected[i]) {
                          missing[of]--;
                          launchReady(missing);
                        }
                      }));
        }
      }
      backward.run();
      System.arraycopy(grown, 0, expected, 0, grown.length);
      early = launched;
      look();
      hidden += arrived < launched ? System.nanoTime() - since : 0;
      finish();
    } catch (RuntimeException | Error e) {
      forget(); // the group keeps what its exchanges need
      throw e;
    } finally {
      hooks.forEach(Parameter.Hook::close);
    }
  }

  private void forget() {
    for (Bucket bucket : buckets) {
      bucket.sent.forEach(Tensor::free);
      bucket.sent.clear();
    }
    late.forEach(Tensor::free);
    late.clear();
    withGradient.clear();
  }

  /**
   * How long gradients were under way, since this was last asked: from when a first one left to
   * when all that had left were there.
   *
   * @param millis of all that time; what is waited for other processes counts
   * @param hiddenMillis of it while a backward pass went on
   */
  public record Overlap(double millis, double hiddenMillis) {
    /** Together with another. */
    public Overlap plus(Overlap other) {
      return new Overlap(millis + other.millis, hiddenMillis + other.hiddenMillis);
    }
  }

  /** What was measured since this was last asked; nothing of one process. */
  public Overlap takeOverlap() {
    Overlap out = new Overlap(underWay / 1e6, hidden / 1e6);
    underWay = 0;
    hidden = 0;
    return out;
  }

  /** Looks, during the backward pass, whether what has left is there. */
  private void look() {
    if (arrived < launched) {
      while (arrived < launched && buckets.get(arrived).sum.pending().isDone()) {
        arrived++;
      }
      if (arrived == launched) {
        underWay += System.nanoTime() - since;
        hidden += System.nanoTime() - since;
      }
    }
  }

  /** How many of how many buckets were under way before the last backward pass had ended. */
  double shareSentEarly() {
    return early / (double) buckets.size();
  }

  /** How many of its parameters are expected to grow. */
  private int missing(Bucket bucket) {
    return (int) bucket.numbers.stream().filter(i -> expected[i] > 0).count();
  }

  /** Sends the next buckets that are whole; all processes send them in one order. */
  private void launchReady(int[] missing) {
    while (launched < buckets.size() && missing[launched] == 0) {
      launchNext();
    }
  }

  private void launchNext() {
    if (arrived == launched) {
      since = System.nanoTime();
    }
    launch(buckets.get(launched++));
  }

  private void launch(Bucket bucket) {
    for (int i : bucket.numbers) {
      Tensor gradient = parameters.get(i).takeGrad();
      withGradient.set(i, gradient != null);
      bucket.sent.add(gradient == null ? zeros(parameters.get(i)) : gradient);
    }
    bucket.sum = begin(bucket.sent);
  }

  private Tensor zeros(Parameter p) {
    return Tensor.changing(engine, engine.backend().full(p.shape(), DType.FLOAT32, 0), p.shape());
  }

  private Sum begin(List<Tensor> arrays) {
    if (onDevice.isPresent()) {
      List<DeviceArray> own = arrays.stream().map(Tensor::array).toList();
      return new Sum(arrays, List.of(), onDevice.get().sum(own));
    }
    List<FloatBuffer> buffers = arrays.stream().map(this::values).toList();
    return new Sum(arrays, buffers, group.sum(buffers));
  }

  private void end(Sum sum) {
    sum.pending().await();
    Backend backend = engine.backend();
    for (int k = 0; k < sum.buffers().size(); k++) {
      Tensor t = sum.arrays().get(k);
      if (backend.hostFloats(t.array()) == null) { // of another device
        float[] values = new float[sum.buffers().get(k).remaining()];
        sum.buffers().get(k).get(values);
        DeviceArray host = backend.fromFloats(values, t.shapeArray());
        try {
          backend.copyInto(t.array(), host);
        } finally {
          host.release();
        }
      }
    }
  }

  private void finish() {
    while (launched < buckets.size()) {
      launchNext();
    }
    int count = parameters.size();
    BitSet own = (BitSet) withGradient.clone();
    for (int i = 0; i < count; i++) { // behind those that were sent, those that have grown since
      own.set(count + i, parameters.get(i).grad() != null);
    }
    BitSet any = union(own);
    BitSet anyLate = any.get(count, 2 * count);
    BitSet anySent = any.get(0, count);
    anySent.or(anyLate);
    for (int i = anyLate.nextSetBit(0); i >= 0; i = anyLate.nextSetBit(i + 1)) {
      Tensor grown = parameters.get(i).takeGrad();
      late.add(grown == null ? zeros(parameters.get(i)) : grown);
    }
    Sum second = late.isEmpty() ? null : begin(List.copyOf(late));
    for (Bucket bucket : buckets) {
      end(bucket.sum);
      for (int k = 0; k < bucket.sent.size(); k++) {
        int i = bucket.numbers.get(k);
        if (anySent.get(i)) {
          parameters.get(i).giveGrad(bucket.sent.get(k));
        } else {
          bucket.sent.get(k).free();
        }
      }
      bucket.sent.clear();
    }
    underWay += arrived < launched ? System.nanoTime() - since : 0;
    if (second != null) {
      end(second);
      int k = 0;
      for (int i = anyLate.nextSetBit(0); i >= 0; i = anyLate.nextSetBit(i + 1)) {
        parameters.get(i).mixGrad(1, late.get(k++), 1);
      }
      late.forEach(Tensor::free);
      late.clear();
    }
    withGradient.clear();
  }

  private BitSet union(BitSet own) {
    BitSet out = new BitSet();
    group.gather(own.toByteArray()).forEach(each -> out.or(BitSet.valueOf(each)));
    return out;
  }
}
