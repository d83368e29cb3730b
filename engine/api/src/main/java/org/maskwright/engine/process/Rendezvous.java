package org.maskwright.engine.process;

/**
 * Where a process stands among those that work together, and where they meet.
 *
 * @param rank of this process, 0 to size - 1; process 0 writes what there is to write
 * @param size how many processes there are, at least 1
 * @param localSize how many of them are on this machine, at least 1; they share its cores
 * @param host name or address of the machine of process 0
 * @param port on which process 0 listens, 0 where there is one process
 */
public record Rendezvous(int rank, int size, int localSize, String host, int port) {
  private static final int HIGHEST_PORT = 65535;

  /** One process that works alone. */
  public static final Rendezvous ALONE = new Rendezvous(0, 1, 1, "localhost", 0);

  /** Checks the ranges. */
  public Rendezvous {
    require(size >= 1, "size: expected at least 1, got " + size);
    require(
        rank >= 0 && rank < size,
        "rank: expected 0 to %d of %d processes, got %d".formatted(size - 1, size, rank));
    require(
        localSize >= 1 && localSize <= size,
        "processes on this machine: expected 1 to %d, got %d".formatted(size, localSize));
    require(!host.isBlank(), "host: expected a name or an address, got none");
    require(
        port >= (size == 1 ? 0 : 1) && port <= HIGHEST_PORT,
        "port: expected 1 to %d, got %d".formatted(HIGHEST_PORT, port));
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Process 0: what is written once for all is its to write. */
  public boolean isFirst() {
    return rank == 0;
  }
}
