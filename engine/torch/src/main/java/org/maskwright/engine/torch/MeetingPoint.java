package org.maskwright.engine.torch;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.maskwright.engine.process.PeerException;
import org.maskwright.engine.process.Rendezvous;

/**
 * What the processes of a group know of each other, in a store that process 0 holds: who is there,
 * whose heart beats, who failed and why, who has lost another and who has left.
 *
 * <p><b>Threads</b> one calls, beside a thread of this that beats while a long computation keeps
 * that one from answering.
 */
final class MeetingPoint implements AutoCloseable {
  private static final int POLL_MILLIS = 20;
  private static final int BEAT_MILLIS = 500;
  private static final String SIZE = "size";
  private static final String HELLO = "hello/";
  private static final String FAILED = "failed";
  private static final String BEATS = "beats/";
  private static final String LOST = "lost/";
  private static final String LEFT = "left/";

  /** How long the holder of the store waits for the others to have read why it failed. */
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final Rendezvous rendezvous;
  private final TCPStore store;
  private final Thread heart = new Thread(this::beat, "process-heart");
  private volatile boolean beating = true;

  private MeetingPoint(Rendezvous rendezvous, TCPStore store) {
    this.rendezvous = rendezvous;
    this.store = store;
  }

  private void beat() {
    try {
      while (beating) {
        count(BEATS + rendezvous.rank(), 1);
        pause(BEAT_MILLIS);
      }
    } catch (RuntimeException e) {
      // The store is gone, or this process leaves it.
    }
  }

  /**
   * Opens the store, or connects to it.
   *
   * @throws PeerException if the port is taken, or nobody is there in time
   */
  static MeetingPoint open(Rendezvous r, Duration patience) {
    try (Milliseconds timeout = new Milliseconds(patience.toMillis());
        TCPStoreOptions options = new TCPStoreOptions()) {
      options.port((short) r.port());
      options.isServer(r.isFirst());
      options.waitWorkers(false);
      options.timeout(timeout);
      var point = new MeetingPoint(r, new TCPStore(r.isFirst() ? "localhost" : r.host(), options));
      point.heart.setDaemon(true);
      point.heart.start();
      return point;
    } catch (RuntimeException e) {
      String why = firstLine(e);
      throw new PeerException(
          r.isFirst()
              ? "process 0 of %d: expected to listen on port %d, got: %s; set MASTER_PORT to one that is free, the same for all processes"
                  .formatted(r.size(), r.port(), why)
              : "process %d of %d: expected process 0 at %s port %d within %d s, got: %s; check MASTER_ADDR and MASTER_PORT, and that process 0 runs"
                  .formatted(r.rank(), r.size(), r.host(), r.port(), patience.toSeconds(), why));
    }
  }

  static String firstLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }

  private void put(String key, String value) {
    try (BytePointer name = new BytePointer(key);
        BytePointer text = new BytePointer(value, StandardCharsets.UTF_8)) {
      store.set(name, text);
    }
  }

  private boolean has(String key) {
    try (StringVector keys = new StringVector(key)) {
      return store.check(keys);
    }
  }

  /** The value of a key that is there. */
  private String get(String key) {
    try (BytePointer name = new BytePointer(key);
        BytePointer value = store.get_to_str(name)) {
      return value.getString(StandardCharsets.UTF_8);
    }
  }

  /**
   * Says who this process is and waits until all have.
   *
   * @param self this process in words, such as {@code host a, pid 7}
   * @return all of them, in the order of the ranks
   */
  List<String> introduce(String self, Duration patience) {
    int rank = rendezvous.rank();
    int size = rendezvous.size();
    if (rendezvous.isFirst()) {
      put(SIZE, Integer.toString(size));
    }
    if (count("rank/" + rank, 1) > 1) {
      throw failed(
          "two processes have rank %d of %d, the second is %s; each process needs a RANK of its own"
              .formatted(rank, size, self));
    }
    await(SIZE, patience);
    String expected = get(SIZE);
    if (!expected.equals(Integer.toString(size))) {
      throw failed(
          "process %d (%s): expected the %s processes that process 0 waits for, got %d; set WORLD_SIZE the same for all"
              .formatted(rank, self, expected, size));
    }
    put(HELLO + rank, self);
    IntStream.range(0, size).forEach(r -> await(HELLO + r, patience));
    return IntStream.range(0, size).mapToObj(r -> get(HELLO + r)).toList();
  }

  private PeerException failed(String why) {
    fail("", why);
    return new PeerException(why);
  }

  /** Adds to a number, 0 at first; what it is then. */
  private long count(String key, long more) {
    try (BytePointer name = new BytePointer(key)) {
      return store.add(name, more);
    }
  }

  private void await(String key, Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    while (!has(key)) {
      failure()
          .ifPresent(
              e -> {
                throw e;
              });
      if (System.nanoTime() > until) {
        List<Integer> missing =
            IntStream.range(0, rendezvous.size()).filter(r -> !has(HELLO + r)).boxed().toList();
        throw failed(
            "expected %d processes within %d s, got none of rank %s; start them, or set WORLD_SIZE to how many there are"
                .formatted(rendezvous.size(), patience.toSeconds(), missing));
      }
      pause(POLL_MILLIS);
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException("interrupted while waiting for the other processes");
    }
  }

  /** Leaves the reason why this process ends, unless another one was first. */
  void fail(String kind, String reason) {
    if (!has(FAILED)) {
      put(FAILED, kind + "\n" + reason);
    }
  }

  /** Why another process has ended, if one has said so. */
  Optional<PeerException> failure() {
    if (!has(FAILED)) {
      return Optional.empty();
    }
    String text = get(FAILED);
    int line = text.indexOf('\n');
    return Optional.of(new PeerException(text.substring(0, line), text.substring(line + 1)));
  }

  /** Says that a connection to another process is gone. */
  void lost() {
    put(LOST + rendezvous.rank(), "");
  }

  /** How often the heart of each process has beaten. */
  long[] beats() {
    return IntStream.range(0, rendezvous.size()).mapToLong(r -> count(BEATS + r, 0)).toArray();
  }

  /**
   * The processes whose hearts have stopped.
   *
   * @param before the {@link #beats} of some seconds ago
   */
  List<Integer> dead(long[] before) {
    long[] now = beats();
    return IntStream.range(0, now.length).filter(r -> now[r] == before[r]).boxed().toList();
  }

  /**
   * The processes that others wait for in vain: those that are {@link #dead}; if none is, those
   * that have not said that they have lost another.
   */
  List<Integer> silent(long[] before) {
    List<Integer> dead = dead(before);
    return dead.isEmpty()
        ? IntStream.range(0, before.length).filter(r -> !has(LOST + r)).boxed().toList()
        : dead;
  }

  /** Says that this process needs the store no more; its holder waits for all to say so. */
  void leave() {
    rest();
    put(LEFT + rendezvous.rank(), "");
    long until = System.nanoTime() + FAREWELL.toNanos();
    while (rendezvous.isFirst()
        && System.nanoTime() < until
        && IntStream.range(0, rendezvous.size()).anyMatch(r -> !has(LEFT + r))) {
      pause(POLL_MILLIS);
    }
  }

  /** Ends the heartbeat, so that it does not reach for a store that is gone. */
  private void rest() {
    beating = false;
    heart.interrupt();
    try {
      heart.join(2 * BEAT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  TCPStore store() {
    return store;
  }

  @Override
  public void close() {
    rest();
    if (!heart.isAlive()) { // else it still uses the store
      store.close();
    }
  }
}
