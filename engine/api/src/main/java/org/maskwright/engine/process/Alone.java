package org.maskwright.engine.process;

import java.nio.FloatBuffer;
import java.util.List;

/** One process: nobody to wait for. */
final class Alone implements ProcessGroup {
  static final Alone GROUP = new Alone();

  private static final Pending DONE =
      new Pending() {
        @Override
        public boolean isDone() {
          return true;
        }

        @Override
        public void await() {}
      };

  private Alone() {}

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public int localSize() {
    return 1;
  }

  @Override
  public String name(int rank) {
    return "the only process";
  }

  @Override
  public Pending sum(List<FloatBuffer> arrays) {
    return DONE;
  }

  @Override
  public void take(int rank, List<FloatBuffer> arrays) {}

  @Override
  public List<byte[]> gather(byte[] own) {
    return List.of(own);
  }

  @Override
  public double[] sum(double... own) {
    return own.clone();
  }

  @Override
  public int[] max(int... own) {
    return own.clone();
  }

  @Override
  public void fail(String kind, String reason) {}

  @Override
  public void close() {}
}
