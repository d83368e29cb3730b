package org.maskwright.trainer.loss;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.maskwright.engine.process.ProcessGroup;

/**
 * One of two processes that are threads of this one: what one gives, both get.
 *
 * @param given by each, shared by both
 * @param all meets both
 */
@SuppressWarnings("ArrayRecordComponent")
public record GatheringPair(int rank, byte[][] given, CyclicBarrier all) implements ProcessGroup {
  @Override
  public List<byte[]> gather(byte[] own) {
    try {
      given[rank] = own;
      all.await();
      List<byte[]> out = List.of(given[0], given[1]);
      all.await();
      return out;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public int size() {
    return 2;
  }

  @Override
  public int localSize() {
    return 2;
  }

  @Override
  public String name(int of) {
    return "process " + of;
  }

  @Override
  public Pending sum(List<FloatBuffer> arrays) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void take(int of, List<FloatBuffer> arrays) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void fail(String kind, String reason) {}

  @Override
  public void close() {}
}
