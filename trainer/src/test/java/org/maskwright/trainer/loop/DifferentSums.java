package org.maskwright.trainer.loop;

import java.nio.FloatBuffer;
import java.util.List;
import org.maskwright.engine.process.ProcessGroup;

/** A group in which the sums of the second process are not quite those of the first. */
record DifferentSums(ProcessGroup group) implements ProcessGroup {
  @Override
  public int rank() {
    return group.rank();
  }

  @Override
  public int size() {
    return group.size();
  }

  @Override
  public int localSize() {
    return group.localSize();
  }

  @Override
  public String name(int rank) {
    return group.name(rank);
  }

  @Override
  public Pending sum(List<FloatBuffer> arrays) {
    Pending pending = group.sum(arrays);
    return new Pending() {
      @Override
      public boolean isDone() {
        return pending.isDone();
      }

      @Override
      public void await() {
        pending.await();
        if (rank() == 1) {
          arrays.forEach(a -> a.put(0, a.get(0) + 1e-3f));
        }
      }
    };
  }

  @Override
  public void take(int rank, List<FloatBuffer> arrays) {
    group.take(rank, arrays);
  }

  @Override
  public List<byte[]> gather(byte[] own) {
    return group.gather(own);
  }

  @Override
  public void fail(String kind, String reason) {
    group.fail(kind, reason);
  }

  @Override
  public void close() {
    group.close();
  }
}
