package org.maskwright.engine.process;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.maskwright.engine.array.EngineException;

/**
 * The processes that train one model together, as one of them sees it. Each calls the same methods
 * in the same order; what is called is done when all have called it.
 *
 * <p>A result is the same bits in every process. Sums of doubles are taken in the order of the
 * ranks; those of float arrays in an order that depends on the number of processes alone.
 *
 * <p><b>Errors</b> Every exchange ends with a {@link PeerException} when another process has failed
 * ({@link #fail}), has ended, or does not come within the time that was given at the start.
 *
 * <p><b>Threads</b> one calls. <b>Lifecycle</b> owns sockets, threads and native memory until it is
 * closed.
 */
public interface ProcessGroup extends AutoCloseable {
  /** Something that was begun. */
  interface Pending {
    /** Whether it is done, or has failed, so that {@link #await} does not wait. */
    boolean isDone();

    /** Waits until it is done; a second time does nothing. */
    void await();
  }

  /** The group of one process: every exchange is done at once, and nothing changes. */
  static ProcessGroup alone() {
    return Alone.GROUP;
  }

  /**
   * Meets the others.
   *
   * @param patience how long the others may take, now and in each exchange
   * @throws PeerException if one of them does not come, or does not fit
   * @throws EngineException if there are several and no engine on the class path connects processes
   */
  static ProcessGroup join(Rendezvous rendezvous, Duration patience) {
    if (rendezvous.size() == 1) {
      return alone();
    }
    List<String> refusals = new ArrayList<>();
    for (ProcessGroupProvider provider :
        ServiceLoader.load(ProcessGroupProvider.class, ProcessGroup.class.getClassLoader())) {
      Optional<String> why = provider.unavailableBecause();
      if (why.isEmpty()) {
        return provider.join(rendezvous, patience);
      }
      refusals.add(why.get());
    }
    throw new EngineException(
        "processes: expected an engine that connects %d processes, got %s; put maskwright-engine-torch on the class path, or train with one process"
            .formatted(rendezvous.size(), refusals.isEmpty() ? "none" : refusals));
  }

  /** Number of this process, 0 to size - 1. */
  int rank();

  /** How many processes there are. */
  int size();

  /** How many of them are on this machine, this one counted; they share its cores. */
  int localSize();

  /** A process in words, such as {@code process 1 of 2 (host a, pid 7)}. */
  String name(int rank);

  /**
   * Begins to add up arrays over all processes. Several may be under way at once; they are begun in
   * the same order everywhere.
   *
   * <p>The exchange owns the memory that it works in: arrays are read before this returns and
   * overwritten by the sum in {@link Pending#await}. In between, and after an error, they are the
   * caller's to free.
   *
   * @param arrays position to limit, of the same lengths in all processes
   */
  Pending sum(List<FloatBuffer> arrays);

  /**
   * Overwrites arrays with those of one process.
   *
   * @param rank of that process, in which they are only read
   * @param arrays position to limit, of the same lengths in all processes
   */
  void take(int rank, List<FloatBuffer> arrays);

  /** What each process gives, in the order of the ranks; lengths may differ. */
  List<byte[]> gather(byte[] own);

  /** The sum over all processes, in the order of the ranks. */
  default double[] sum(double... own) {
    ByteBuffer bytes = ByteBuffer.allocate(own.length * Double.BYTES);
    bytes.asDoubleBuffer().put(own);
    double[] out = new double[own.length];
    for (byte[] each : gather(bytes.array())) {
      ByteBuffer values = ByteBuffer.wrap(each);
      for (int i = 0; i < out.length; i++) {
        out[i] += values.getDouble(i * Double.BYTES);
      }
    }
    return out;
  }

  /** Whether any process says so. */
  default boolean any(boolean own) {
    return sum(own ? 1 : 0)[0] > 0;
  }

  /** The largest of all processes' values. */
  default int[] max(int... own) {
    ByteBuffer bytes = ByteBuffer.allocate(own.length * Integer.BYTES);
    bytes.asIntBuffer().put(own);
    int[] out = own.clone();
    for (byte[] each : gather(bytes.array())) {
      ByteBuffer values = ByteBuffer.wrap(each);
      for (int i = 0; i < out.length; i++) {
        out[i] = Math.max(out[i], values.getInt(i * Integer.BYTES));
      }
    }
    return out;
  }

  /** Waits until all processes are here. */
  default void meet() {
    gather(new byte[0]);
  }

  /**
   * Tells the others that this process ends and why: their exchanges end with that reason. After it
   * the group is only to be closed.
   *
   * @param kind name of the class of the error
   */
  void fail(String kind, String reason);

  /** Leaves the group. */
  @Override
  void close();
}
