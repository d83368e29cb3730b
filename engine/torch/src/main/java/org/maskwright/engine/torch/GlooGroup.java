package org.maskwright.engine.torch;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.process.PeerException;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.engine.spi.ArrayExchange;

/**
 * Processes connected by Gloo, the library of LibTorch's c10d for arrays in host memory.
 *
 * <p>The interface that GLOO_SOCKET_IFNAME names is used, as in PyTorch; without it the one on the
 * way to process 0.
 *
 * <p><b>Memory</b> Gloo's threads read and write arrays of LibTorch alone, to which the work in
 * their queue holds references until it is done: neither the end of a scope or an engine nor the
 * collection of a forgotten object can take memory from an exchange that is under way, or that
 * failed here and goes on elsewhere. What is exchanged is copied in and out ({@link Parcel}).
 */
final class GlooGroup implements ProcessGroup {
  /** So long an exchange waits before it asks whether another process has failed. */
  private static final long SLICE_MILLIS = 500;

  /**
   * So long those that have lost a process wait for the others to say that they have, and count
   * their heartbeats.
   */
  private static final long ROLL_CALL_MILLIS = 3000;

  /** Bytes that are gathered in one exchange, their number before them. */
  private static final int SHORT = 1024;

  private static final int THREADS = 2;
  private static final String NONE = "none";

  /**
   * Groups that were left with an exchange under way. Threads of theirs may wait for processes that
   * are gone, and taking a group apart, which the collection of forgotten pointers would do at any
   * time, would wait for them; so they are kept until this process ends.
   */
  private static final Queue<GlooGroup> ABANDONED = new ConcurrentLinkedQueue<>();

  private final Rendezvous rendezvous;
  private final Duration patience;
  private final MeetingPoint point;
  private final TensorOptions floats = new TensorOptions(ScalarType.Float);
  private final TensorOptions bytes = new TensorOptions(ScalarType.Byte);
  private final MemoryFormatOptional noFormat = new MemoryFormatOptional();
  private final ProcessGroupGloo gloo;
  private final List<String> names = new ArrayList<>();
  private Optional<NcclExchange> nccl = Optional.empty();
  private boolean ncclAsked;
  private int underWay; // exchanges that nobody has waited for
  private boolean failed;
  private boolean closed;

  private GlooGroup(Rendezvous rendezvous, Duration patience, MeetingPoint point) {
    this.rendezvous = rendezvous;
    this.patience = patience;
    this.point = point;
    names.addAll(point.introduce(self(), patience));
    this.gloo = connect();
  }

  static GlooGroup join(Rendezvous rendezvous, Duration patience) {
    MeetingPoint point = MeetingPoint.open(rendezvous, patience);
    try {
      return new GlooGroup(rendezvous, patience, point);
    } catch (PeerException e) {
      point.leave();
      point.close();
      throw e;
    }
  }

  private static String self() {
    return "host " + host() + ", pid " + ProcessHandle.current().pid();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private ProcessGroupGloo connect() {
    try (Milliseconds timeout = new Milliseconds(patience.toMillis())) {
      ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(timeout);
      String face = System.getenv("GLOO_SOCKET_IFNAME");
      options.devices(
          new GlooDeviceVector(
              face != null && !face.isBlank()
                  ? ProcessGroupGloo.createDeviceForInterface(face.strip().split(",", -1)[0])
                  : ProcessGroupGloo.createDeviceForHostname(ownAddress(rendezvous))));
      options.threads(THREADS);
      return new ProcessGroupGloo(point.store(), rendezvous.rank(), rendezvous.size(), options);
    } catch (RuntimeException e) {
      throw lost(e);
    }
  }

  /** Of the interface on the way to process 0; nothing is sent. */
  private static String ownAddress(Rendezvous r) {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(r.host(), r.port()));
      return socket.getLocalAddress().getHostAddress();
    } catch (SocketException | IllegalArgumentException e) {
      throw new PeerException(
          "process %d of %d: expected a way to process 0 at %s, got: %s; check MASTER_ADDR"
              .formatted(r.rank(), r.size(), r.host(), e.getMessage()));
    }
  }

  @Override
  public int rank() {
    return rendezvous.rank();
  }

  @Override
  public int size() {
    return rendezvous.size();
  }

  @Override
  public int localSize() {
    return rendezvous.localSize();
  }

  @Override
  public String name(int rank) {
    return "process %d of %d (%s)".formatted(rank, size(), names.get(rank));
  }

  @Override
  public Pending sum(List<FloatBuffer> arrays) {
    requireOpen();
    Parcel parcel = new Parcel(arrays, floats, noFormat);
    parcel.load();
    return new Begun(parcel, started(() -> gloo.allreduce(parcel.vector())));
  }

  @Override
  public void take(int rank, List<FloatBuffer> arrays) {
    requireOpen();
    Parcel parcel = new Parcel(arrays, floats, noFormat);
    if (rank == rank()) {
      parcel.load();
    }
    try (BroadcastOptions options = new BroadcastOptions()) {
      options.rootRank(rank);
      await(started(() -> gloo.broadcast(parcel.vector(), options)));
    }
    if (rank != rank()) {
      parcel.unload();
    }
    parcel.close();
  }

  /**
   * What adds up arrays of CUDA devices: NCCL, where all processes have it and each a device of its
   * own, which it asks for.
   */
  Optional<ArrayExchange> ofCuda(Device device) {
    if (!ncclAsked) {
      ncclAsked = true;
      String own =
          NcclExchange.loads()
              ? "%s, CUDA_VISIBLE_DEVICES %s, %s"
                  .formatted(host(), System.getenv("CUDA_VISIBLE_DEVICES"), device)
              : NONE;
      Set<String> devices = new HashSet<>();
      for (byte[] each : gather(own.getBytes(StandardCharsets.UTF_8))) {
        devices.add(new String(each, StandardCharsets.UTF_8));
      }
      if (devices.size() == size() && !devices.contains(NONE)) {
        nccl = Optional.of(new NcclExchange(this, point.store(), patience));
      }
    }
    return nccl.map(exchange -> exchange);
  }

  /** An exchange under way. */
  private final class Begun implements Pending {
    private final Parcel parcel;
    private final Work work;
    private boolean done;

    Begun(Parcel parcel, Work work) {
      this.parcel = parcel;
      this.work = work;
      underWay++;
    }

    @Override
    public boolean isDone() {
      return done || work.isCompleted();
    }

    @Override
    public void await() {
      if (!done) {
        done = true;
        GlooGroup.this.await(work);
        underWay--;
        parcel.unload();
        parcel.close();
      }
    }
  }

  @Override
  public List<byte[]> gather(byte[] own) {
    requireOpen();
    ByteBuffer first = ByteBuffer.allocate(Integer.BYTES + SHORT).putInt(own.length);
    first.put(own, 0, Math.min(SHORT, own.length));
    List<byte[]> heads = gatherEqual(first.array());
    int[] lengths = heads.stream().mapToInt(head -> ByteBuffer.wrap(head).getInt()).toArray();
    int longest = Arrays.stream(lengths).max().getAsInt();
    List<byte[]> all = longest <= SHORT ? heads : gatherEqual(Arrays.copyOf(own, longest));
    int from = longest <= SHORT ? Integer.BYTES : 0;
    List<byte[]> out = new ArrayList<>();
    for (int r = 0; r < lengths.length; r++) {
      out.add(Arrays.copyOfRange(all.get(r), from, from + lengths[r]));
    }
    return out;
  }

  private List<byte[]> gatherEqual(byte[] own) {
    long length = own.length;
    try (Tensor from = torch.empty(new long[] {length}, bytes, noFormat);
        Tensor to = torch.empty(new long[] {length * size()}, bytes, noFormat)) {
      try (Pointer memory = from.data_ptr();
          BytePointer in = new BytePointer(memory)) {
        in.put(own, 0, own.length);
      }
      await(started(() -> gloo._allgather_base(to, from)));
      List<byte[]> each = new ArrayList<>();
      try (Pointer memory = to.data_ptr();
          BytePointer out = new BytePointer(memory)) {
        for (int r = 0; r < size(); r++) {
          byte[] one = new byte[own.length];
          out.position(r * length).get(one);
          each.add(one);
        }
      }
      return each;
    }
  }

  private interface Start {
    Work work();
  }

  private Work started(Start start) {
    try {
      return start.work();
    } catch (RuntimeException e) {
      throw lost(e);
    }
  }

  void await(Work work) {
    long until = System.nanoTime() + patience.toNanos();
    try (work;
        Milliseconds slice = new Milliseconds(SLICE_MILLIS)) {
      while (true) {
        boolean completed = work.isCompleted(); // before the wait, which may end as the work does
        try {
          work._wait(slice);
          return;
        } catch (RuntimeException e) {
          if (completed || System.nanoTime() > until) {
            throw lost(e);
          }
          raiseFailure();
        }
      }
    }
  }

  /**
   * Waits for work of a device, which would not notice by itself that another process is gone, and
   * lets the device's further work wait for it.
   */
  void awaitCompleted(Work work) {
    try (work) {
      long until = System.nanoTime() + patience.toNanos();
      long asked = System.nanoTime();
      long[] beats = point.beats();
      while (!work.isCompleted()) {
        long now = System.nanoTime();
        if (now - asked > ROLL_CALL_MILLIS * 1_000_000) {
          raiseFailure();
          if (now > until || !point.dead(beats).isEmpty()) {
            throw lost(new IllegalStateException("the sum on the GPU goes on"));
          }
          asked = now;
          beats = point.beats();
        }
        MeetingPoint.pause(1);
      }
      work._wait();
    } catch (PeerException e) {
      throw e;
    } catch (RuntimeException e) {
      throw lost(e);
    }
  }

  private void raiseFailure() {
    try {
      point
          .failure()
          .ifPresent(
              e -> {
                failed = true;
                throw e;
              });
    } catch (PeerException e) {
      throw e;
    } catch (RuntimeException e) { // the store is gone, and process 0 with it
      failed = true;
      throw new PeerException(
          name(0) + " ended without saying why; see what it wrote last, and its exit code");
    }
  }

  /** What an exchange that failed means. */
  private PeerException lost(RuntimeException e) {
    failed = true;
    raiseFailure();
    try {
      point.lost();
      long[] beats = point.beats();
      long until = System.nanoTime() + ROLL_CALL_MILLIS * 1_000_000;
      while (System.nanoTime() < until) {
        MeetingPoint.pause(SLICE_MILLIS / 5);
        raiseFailure();
      }
      List<Integer> silent = point.silent(beats);
      String who =
          silent.isEmpty()
              ? "a process"
              : String.join(" and ", silent.stream().map(this::name).toList());
      String why =
          who
              + " ended without saying why, or did not answer within "
              + patience.toSeconds()
              + " s; see what it wrote last, and its exit code ("
              + MeetingPoint.firstLine(e)
              + ")";
      point.fail("", why);
      return new PeerException(why);
    } catch (PeerException peer) {
      return peer;
    } catch (RuntimeException gone) {
      return new PeerException(
          name(0) + " ended without saying why; see what it wrote last, and its exit code");
    }
  }

  private void requireOpen() {
    if (closed || failed) {
      throw new IllegalStateException("processes: the group was left; nothing can be exchanged");
    }
  }

  @Override
  public void fail(String kind, String reason) {
    if (!failed) {
      failed = true;
      try {
        point.fail(kind, reason);
      } catch (RuntimeException e) {
        // Process 0 is gone, and there is nobody left to tell.
      }
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      point.leave();
    } catch (RuntimeException e) {
      // Process 0 is gone already.
    }
    if (failed || underWay > 0) {
      ABANDONED.add(this);
      return;
    }
    nccl.ifPresent(NcclExchange::close);
    gloo.close();
    point.close();
    floats.close();
    bytes.close();
    noFormat.close();
  }
}
