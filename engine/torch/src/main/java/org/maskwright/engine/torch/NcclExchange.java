package org.maskwright.engine.torch;

import java.time.Duration;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllreduceCoalescedOptions;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch_nccl;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.spi.ArrayExchange;
import org.maskwright.engine.spi.DeviceArray;

/**
 * Arrays of CUDA devices, added up by NCCL, the library of LibTorch's c10d for them.
 *
 * <p>NCCL does not notice that a process is gone: the group does, by the heartbeats in its store.
 *
 * <p><b>Not run yet</b>: compiled against the presets; no machine that it was developed on had two
 * GPUs.
 */
final class NcclExchange implements ArrayExchange, AutoCloseable {
  private final GlooGroup group;
  private final Store store;
  private final ProcessGroupNCCL nccl;

  /**
   * In all processes of a group at the same point.
   *
   * @param held where the group meets
   */
  NcclExchange(GlooGroup group, Store held, Duration patience) {
    this.group = group;
    // A connection of its own: NCCL waits at it for the others, while hearts beat at the other.
    this.store = new PrefixStore("nccl", held.clone());
    try (Milliseconds timeout = new Milliseconds(patience.toMillis())) {
      ProcessGroupNCCL.Options options = ProcessGroupNCCL.Options.create();
      options.timeout(timeout);
      this.nccl = new ProcessGroupNCCL(store, group.rank(), group.size(), options);
    }
  }

  /** Whether the natives of CUDA and NCCL are there. */
  static boolean loads() {
    try {
      Loader.load(torch_nccl.class);
      return true;
    } catch (LinkageError | RuntimeException e) {
      return false;
    }
  }

  @Override
  public ProcessGroup.Pending sum(List<DeviceArray> arrays) {
    Tensor[] tensors = arrays.stream().map(TorchArray::tensor).toArray(Tensor[]::new);
    TensorVector vector = new TensorVector(tensors);
    try (AllreduceCoalescedOptions options = new AllreduceCoalescedOptions()) {
      return new Begun(vector, nccl.allreduce_coalesced(vector, options));
    }
  }

  private final class Begun implements ProcessGroup.Pending {
    private final TensorVector vector;
    private final Work work;
    private boolean done;

    Begun(TensorVector vector, Work work) {
      this.vector = vector;
      this.work = work;
    }

    @Override
    public boolean isDone() {
      return done || work.isCompleted();
    }

    @Override
    public void await() {
      if (!done) {
        done = true;
        group.awaitCompleted(work);
        vector.close();
      }
    }
  }

  @Override
  public void close() {
    nccl.close();
    store.close();
  }
}
