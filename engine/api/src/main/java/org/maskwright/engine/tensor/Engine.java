package org.maskwright.engine.tensor;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.array.MemoryUse;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.runtime.NativeCache;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.runtime.Threads;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BackendProvider;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.Shapes;
import org.maskwright.engine.trace.ShapeBackend;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A backend on a device together with what a computation needs beside it: scopes, gradient
 * recording, precision, random streams and counts.
 *
 * <p><b>Lifecycle</b> {@link #open} loads the native library, {@link #close} frees it. A closed
 * engine computes nothing: every operation on its tensors and parameters, and every new scope, is
 * an {@link EngineException}; what is still open can be closed.
 *
 * <p><b>Threads</b> one thread computes at a time. Scopes and modes are per thread.
 */
public final class Engine implements AutoCloseable {
  private final Backend backend;
  private final Parallel.Lease threads;
  private final int threadCount;
  private final RandomStreams random;

  /**
   * Per engine as well as per thread: two engines may be open at once, as in a comparison of
   * backends.
   */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<ThreadContext> context;

  private final AtomicLong sequence = new AtomicLong();
  private final String choice;
  private final PendingReads reads = new PendingReads(this);
  private long multiplyAdds;
  private ProcessGroup processes = ProcessGroup.alone();
  private ProcessGroup statistics = ProcessGroup.alone();
  private boolean closed;

  private Engine(
      Backend backend,
      Parallel.Lease threads,
      int threadCount,
      Precision precision,
      long seed,
      String choice) {
    this.backend = backend;
    this.threads = threads;
    this.threadCount = threadCount;
    Modes.Values standard = new Modes.Values(true, precision, true);
    this.context = ThreadLocal.withInitial(() -> new ThreadContext(standard));
    this.random = new RandomStreams(seed);
    this.choice = choice;
  }

  /** Names of the backends on the class path, best first. */
  public static List<String> backends() {
    return providers().stream().map(BackendProvider::name).toList();
  }

  /** Those of {@link #backends} that {@code engine.backend = auto} chooses among. */
  public static List<String> automaticBackends() {
    return providers().stream()
        .filter(provider -> !provider.isOnRequest())
        .map(BackendProvider::name)
        .toList();
  }

  /** The backend that settings of another one choose in its place; empty where none is there. */
  public static Optional<String> inPlaceOf(String backend) {
    return providers().stream()
        .filter(provider -> provider.inPlaceOf().filter(backend::equals).isPresent())
        .map(BackendProvider::name)
        .findFirst();
  }

  private static List<BackendProvider> providers() {
    List<BackendProvider> found = new ArrayList<>();
    ServiceLoader.load(BackendProvider.class, Engine.class.getClassLoader()).forEach(found::add);
    found.sort((a, b) -> Integer.compare(b.priority(), a.priority()));
    return found;
  }

  /**
   * Opens the backend that the options name, or under {@code auto} the best one that can run here.
   *
   * @throws EngineException if it is unknown, cannot run here, or lacks the device
   */
  public static Engine open(EngineOptions options) {
    List<String> refusals = new ArrayList<>();
    Optional<BackendProvider> chosen = choose(options, refusals);
    if (chosen.isPresent()) {
      Backend backend = limited(chosen.get(), options);
      String reason =
          chosen.get().name().equals(options.backend())
              ? "asked for"
              : "best of " + automaticBackends() + (refusals.isEmpty() ? "" : "; " + refusals);
      int count = Threads.resolve(options.threads());
      return new Engine(
          backend, Parallel.lease(count), count, options.precision(), options.seed(), reason);
    }
    if (refusals.isEmpty()) {
      throw new EngineException(
          "engine.backend: expected auto or one of "
              + backends()
              + ", got '"
              + options.backend()
              + "'; add maskwright-engine-torch or maskwright-engine-nd4j to the class path");
    }
    throw new EngineException(
        "engine.backend: '"
            + options.backend()
            + "' cannot run here: "
            + refusals
            + NativeCache.note());
  }

  /** How many CUDA devices the backend that {@link #open} would take can compute on here. */
  public static int cudaDevices(EngineOptions options) {
    return choose(options, new ArrayList<>()).map(BackendProvider::cudaDevices).orElse(0);
  }

  /** The backend of the options, of those that can run here; why others cannot is added. */
  private static Optional<BackendProvider> choose(EngineOptions options, List<String> refusals) {
    for (BackendProvider provider : providers()) {
      boolean named = provider.name().equals(options.backend());
      if (named || (options.backend().equals("auto") && !provider.isOnRequest())) {
        Optional<String> why = provider.unavailableBecause();
        if (why.isEmpty()) {
          return Optional.of(provider);
        }
        refusals.add(provider.name() + ": " + why.get());
      }
    }
    return Optional.empty();
  }

  private static Backend limited(BackendProvider provider, EngineOptions options) {
    Backend backend = provider.create(options.device(), options.threads());
    if (options.memory().isNone()) {
      return backend;
    }
    try {
      backend.limitMemory(options.memory());
      return backend;
    } catch (RuntimeException e) {
      backend.close();
      throw e;
    }
  }

  /**
   * An engine over a backend that the caller made, in float32 and with seed 0: one that follows
   * what a model does in place of computing it ({@link ShapeBackend} and others' tracers), or one
   * of the caller's own.
   *
   * @param backend closed with the engine; to be used through nothing else
   */
  public static Engine open(Backend backend) {
    return new Engine(backend, () -> {}, 1, Precision.FP32, 0, "given");
  }

  /**
   * An engine that computes shapes and counts operations but no numbers; loads no native library.
   */
  public static Engine shapesOnly() {
    return open(new ShapeBackend());
  }

  /** What computes and why it was chosen; one line. */
  public String description() {
    return backend.description() + " (" + choice + ")";
  }

  /** The backend's short name, as in {@code engine.backend}. */
  public String backendName() {
    return backend.name();
  }

  /** What computes, not handed out: arrays of a backend have no guard against use after free. */
  Backend backend() {
    requireOpen();
    return backend;
  }

  void requireOpen() {
    if (closed) {
      throw new EngineException(
          "engine: " + description() + " was closed; close it after its last use");
    }
  }

  /** Threads inside one operation; 1 over a backend that the caller made. */
  public int threads() {
    return threadCount;
  }

  /** Where tensors live. */
  public Device device() {
    return backend.device();
  }

  /** Live arrays and bytes. */
  public MemoryUse memory() {
    return backend.memory();
  }

  /** The named random streams. */
  public RandomStreams random() {
    return random;
  }

  /**
   * From now on this engine computes its part of what several processes compute together.
   *
   * @param group all of them; the caller's to close, after the engine's last use
   * @param ofStatistics over whose images the statistics of a batch are taken: {@code group}, or
   *     {@link ProcessGroup#alone()} for those of each process by themselves
   */
  public void join(ProcessGroup group, ProcessGroup ofStatistics) {
    processes = group;
    statistics = ofStatistics;
  }

  /** The processes that compute together; one alone unless this engine was told otherwise. */
  public ProcessGroup processes() {
    return processes;
  }

  /** The processes over whose images the statistics of a batch are taken. */
  public ProcessGroup ofStatistics() {
    return statistics;
  }

  // ---- scopes and modes
  // ---------------------------------------------------------------------------------------------

  /** Opens a scope that owns what this thread creates until it is closed. */
  public Scope scope() {
    requireOpen();
    return new Scope(context.get());
  }

  /** Runs {@code body} in a scope and keeps only its result. */
  public Tensor tidy(Function<Scope, Tensor> body) {
    try (Scope scope = scope()) {
      return scope.keep(body.apply(scope));
    }
  }

  PendingReads reads() {
    return reads;
  }

  Scope currentScope() {
    return context.get().scope();
  }

  /**
   * Runs a constructor of modules. Where it throws, the parameters that this thread made meanwhile
   * are closed, which nobody else could do: the module that owns them never was.
   */
  public <T> T construct(Supplier<T> constructor) {
    return context.get().construct(constructor);
  }

  void made(Parameter parameter) {
    context.get().made(parameter);
  }

  /**
   * A mode of the thread that opened it, which {@link #close()} ends. Modes nest; closing one out
   * of order ends that one and leaves the others.
   */
  public interface Mode extends AutoCloseable {
    /**
     * Ends the mode. Closing twice does nothing.
     *
     * @throws IllegalStateException if another thread opened it
     */
    @Override
    void close();
  }

  private Mode mode(UnaryOperator<Modes.Values> change) {
    requireOpen();
    return context.get().modes().open(change);
  }

  private Modes.Values modes() {
    return context.get().modes().values();
  }

  /** Turns recording off until the mode is closed. */
  public Mode noGrad() {
    return gradMode(false);
  }

  /** Turns recording on until the mode is closed. */
  public Mode withGrad() {
    return gradMode(true);
  }

  private Mode gradMode(boolean enabled) {
    return mode(m -> new Modes.Values(enabled, m.precision(), m.fused()));
  }

  /** Whether operations on tensors that require gradients are recorded. */
  public boolean isGradEnabled() {
    return modes().grad();
  }

  /** Precision of matrix products. */
  public Precision precision() {
    return modes().precision();
  }

  /** Sets the precision of matrix products until the mode is closed. */
  public Mode withPrecision(Precision value) {
    return mode(m -> new Modes.Values(m.grad(), value, m.fused()));
  }

  /**
   * Whether composite operations use their fused kernels; off only to compare them with their
   * default.
   */
  public boolean usesFusedKernels() {
    return modes().fused();
  }

  /** Computes composite operations from primitives until the mode is closed. */
  public Mode withoutFusedKernels() {
    return mode(m -> new Modes.Values(m.grad(), m.precision(), false));
  }

  long nextSequence() {
    return sequence.incrementAndGet();
  }

  /**
   * Adds to {@link #multiplyAdds} what an operation outside the engine computes.
   *
   * @throws IllegalArgumentException if {@code n} is negative
   */
  public void countMultiplyAdds(long n) {
    if (n < 0) {
      throw new IllegalArgumentException("countMultiplyAdds: expected a number >= 0, got " + n);
    }
    multiplyAdds += n;
  }

  /**
   * Multiply-adds of matrix products, convolutions, attention and deformable sampling computed so
   * far, each counted once (the convention of the field's published "FLOPs").
   */
  public long multiplyAdds() {
    return multiplyAdds;
  }

  // ---- creation
  // -----------------------------------------------------------------------------------------------------

  Tensor result(DeviceArray array, DType dtype, long... shape) {
    Tensor t = new Tensor(this, array, dtype, shape);
    Scope scope = currentScope();
    if (scope != null) {
      scope.own(t);
    }
    return t;
  }

  /**
   * The values of {@code t} where the host can read them in place, of a dense copy (owned by the
   * scope) where {@code t} is a view; null where the backend does not compute in host memory, where
   * {@code t} is not float32, and where it is larger than a buffer can be (2 GiB).
   */
  FloatBuffer hostFloats(Tensor t) {
    if (device().kind() != Device.Kind.CPU) {
      return null; // and no copy of a view
    }
    FloatBuffer direct = backend().hostFloats(t.array());
    if (direct != null) {
      return direct;
    }
    Tensor dense = result(backend.contiguous(t.array()), t.dtype(), t.shapeArray());
    return backend.hostFloats(dense.array());
  }

  /**
   * A tensor with a copy of an ND4J array's values: the array may be changed or closed afterwards.
   *
   * @throws IllegalArgumentException if the array was closed, or for dtypes other than float,
   *     bfloat16, half, long, int, ubyte and bool
   */
  public Tensor tensor(INDArray array) {
    if (array.wasClosed()) {
      throw new IllegalArgumentException("tensor: expected an open INDArray, got a closed one");
    }
    DType dtype = DType.of(array.dataType());
    return result(backend().fromHost(array), dtype, array.shape().clone());
  }

  private static void requireSizes(String op, long[] shape) {
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException(op + ": expected sizes >= 0, got " + Shapes.text(shape));
      }
    }
  }

  private static void requireLength(long length, long[] shape) {
    requireSizes("tensor", shape);
    if (length != Shapes.product(shape)) {
      throw new IllegalArgumentException(
          "tensor: expected "
              + Shapes.product(shape)
              + " values for "
              + Shapes.text(shape)
              + ", got "
              + length);
    }
  }

  /** A float32 tensor with a copy of the values in row-major order. */
  public Tensor floats(float[] values, long... shape) {
    requireLength(values.length, shape);
    return result(backend().fromFloats(values, shape), DType.FLOAT32, shape.clone());
  }

  /** An int64 tensor with a copy of the values in row-major order. */
  public Tensor longs(long[] values, long... shape) {
    requireLength(values.length, shape);
    return result(backend().fromLongs(values, shape), DType.INT64, shape.clone());
  }

  /** A uint8 tensor with a copy of the values in row-major order. */
  public Tensor bytes(byte[] values, long... shape) {
    requireLength(values.length, shape);
    return result(backend().fromBytes(values, DType.UINT8, shape), DType.UINT8, shape.clone());
  }

  /** A bool tensor; 0 is false, everything else true. */
  public Tensor bools(byte[] values, long... shape) {
    requireLength(values.length, shape);
    return result(backend().fromBytes(values, DType.BOOL, shape), DType.BOOL, shape.clone());
  }

  /** A float32 tensor of rank 0. */
  public Tensor scalar(double value) {
    return full(value);
  }

  /** A float32 tensor of one value. */
  public Tensor full(double value, long... shape) {
    return full(DType.FLOAT32, value, shape);
  }

  /**
   * A tensor of one value.
   *
   * @throws IllegalArgumentException if the type is an integer one and the value not in its range
   */
  public Tensor full(DType dtype, double value, long... shape) {
    requireSizes("full", shape);
    dtype.require("full", value);
    return result(backend().full(shape, dtype, value), dtype, shape.clone());
  }

  /** Float32 zeros. */
  public Tensor zeros(long... shape) {
    return full(0, shape);
  }

  /** Float32 ones. */
  public Tensor ones(long... shape) {
    return full(1, shape);
  }

  /** Int64 numbers start, start + 1, ... {@code < end}. */
  public Tensor arange(long start, long end) {
    if (end < start) {
      throw new IllegalArgumentException(
          "arange: expected end >= start, got " + start + " and " + end);
    }
    long[] values = new long[Math.toIntExact(end - start)];
    for (int i = 0; i < values.length; i++) {
      values[i] = start + i;
    }
    return longs(values, values.length);
  }

  /** Float32 uniform from a stream; see {@link RandomStream#uniform}. */
  public Tensor uniform(RandomStream stream, double low, double high, long... shape) {
    return drawn(n -> stream.uniform(n, low, high), shape);
  }

  /** Float32 normal from a stream. */
  public Tensor normal(RandomStream stream, double mean, double std, long... shape) {
    return drawn(n -> stream.normal(n, mean, std), shape);
  }

  /**
   * A float32 tensor of random numbers, which are drawn where numbers are computed.
   *
   * @param draw so many numbers, in row-major order; not asked by {@link #shapesOnly}
   */
  public Tensor drawn(IntFunction<float[]> draw, long... shape) {
    return backend().computes()
        ? floats(draw.apply(Math.toIntExact(Shapes.product(shape))), shape)
        : zeros(shape);
  }

  /**
   * Computes {@code body(inputs)} without recording it and runs it again, recorded, in the backward
   * pass: memory of one block at a time for one more forward pass (arXiv 1604.06174). Random
   * streams are rewound for the second run.
   *
   * @param body pure but for parameters and random streams; its result is one tensor
   */
  public Tensor checkpoint(Function<Tensor[], Tensor> body, Tensor... inputs) {
    return Checkpointing.run(this, body, inputs);
  }

  /** Waits until all work handed to the device is done. */
  public void synchronize() {
    backend().synchronize();
  }

  /** Frees the native library. Closing twice does nothing. */
  @Override
  public void close() {
    if (!closed) {
      reads.drop();
      closed = true;
      threads.close();
      backend.close();
    }
  }
}
