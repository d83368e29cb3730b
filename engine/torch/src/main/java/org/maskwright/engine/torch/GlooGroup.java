package org.maskwright.engine.torch;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.maskwright.engine.process.PeerException;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;

/**
 * Processes connected by Gloo, the library of LibTorch's c10d for arrays in host memory.
 *
 * <p>The interface that GLOO_SOCKET_IFNAME names is used, as in PyTorch; without it the one on the
 * way to process 0.
 */
final class GlooGroup implements ProcessGroup {
  /** So long an exchange waits before it asks whether another process has failed. */
  private static final long SLICE_MILLIS = 500;

  /** So long those that have lost a process wait for the others to say that they have. */
  private static final long ROLL_CALL_MILLIS = 3000;

  /** Bytes that are gathered in one exchange, their number before them. */
  private static final int SHORT = 1024;

  private static final int THREADS = 2;

  /**
   * Memory of exchanges that failed, of all groups: other processes may still send into it, so it
   * is kept until this one ends.
   */
  private static final Queue<Pointer> ABANDONED = new ConcurrentLinkedQueue<>();

  private final Rendezvous rendezvous;
  private final Duration patience;
  private final MeetingPoint point;
  private final TensorOptions floats = new TensorOptions(ScalarType.Float);
  private final TensorOptions bytes = new TensorOptions(ScalarType.Byte);
  private final ProcessGroupGloo gloo;
  private final List<String> names = new ArrayList<>();
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
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "unknown";
    }
    return "host " + host + ", pid " + ProcessHandle.current().pid();
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
    Blobs blobs = new Blobs(arrays, floats);
    return begun(blobs, () -> gloo.allreduce_coalesced(blobs.vector()));
  }

  @Override
  public void takeFirst(List<FloatBuffer> arrays) {
    requireOpen();
    for (FloatBuffer array : arrays) {
      Blobs blob = new Blobs(List.of(array), floats);
      begun(blob, () -> gloo.broadcast(blob.vector())).await();
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
    BytePointer in = new BytePointer(own);
    BytePointer out = new BytePointer(length * size());
    Tensor from = torch.from_blob(in, new long[] {length}, bytes);
    Tensor to = torch.from_blob(out, new long[] {length * size()}, bytes);
    List<Pointer> used = List.of(to, from, out, in);
    await(started(() -> gloo._allgather_base(to, from)), used);
    List<byte[]> each = new ArrayList<>();
    for (int r = 0; r < size(); r++) {
      byte[] one = new byte[own.length];
      out.position(r * length).get(one);
      each.add(one);
    }
    out.position(0);
    used.forEach(Pointer::close);
    return each;
  }

  /** Native tensors over buffers; both live until what was begun with them is done. */
  private static final class Blobs {
    private final List<Pointer> owned = new ArrayList<>(); // in the order of closing
    private final List<FloatBuffer> buffers;
    private final TensorVector vector;

    Blobs(List<FloatBuffer> buffers, TensorOptions options) {
      this.buffers = List.copyOf(buffers);
      Tensor[] tensors = new Tensor[buffers.size()];
      for (int i = 0; i < tensors.length; i++) {
        FloatPointer memory = new FloatPointer(this.buffers.get(i));
        tensors[i] = torch.from_blob(memory, new long[] {this.buffers.get(i).remaining()}, options);
        owned.add(tensors[i]);
        owned.add(memory);
      }
      vector = new TensorVector(tensors);
      owned.add(0, vector);
    }

    TensorVector vector() {
      return vector;
    }
  }

  private interface Start {
    Work work();
  }

  private Pending begun(Blobs blobs, Start start) {
    Work work = started(start);
    return () -> {
      await(work, blobs.owned);
      blobs.owned.forEach(Pointer::close);
    };
  }

  private Work started(Start start) {
    try {
      return start.work();
    } catch (RuntimeException e) {
      throw lost(e);
    }
  }

  /**
   * @param used memory of the exchange; the caller's again unless it fails
   */
  private void await(Work work, List<Pointer> used) {
    try {
      await(work);
    } catch (PeerException e) {
      ABANDONED.addAll(used);
      throw e;
    }
  }

  private void await(Work work) {
    long until = System.nanoTime() + patience.toNanos();
    try (work;
        Milliseconds slice = new Milliseconds(SLICE_MILLIS)) {
      while (true) {
        try {
          work._wait(slice);
          return;
        } catch (RuntimeException e) {
          if (work.isCompleted() || System.nanoTime() > until) {
            throw lost(e);
          }
          raiseFailure();
        }
      }
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
      long until = System.nanoTime() + ROLL_CALL_MILLIS * 1_000_000;
      while (System.nanoTime() < until) {
        MeetingPoint.pause(SLICE_MILLIS / 5);
        raiseFailure();
      }
      List<Integer> silent = point.silent();
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
    if (!failed) { // else threads of it may wait for those that are gone; they end with the process
      gloo.close();
      point.close();
      floats.close();
      bytes.close();
    }
  }
}
