package org.maskwright.engine.torch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;

/** Threads in the place of processes, each with a group, and whatever else it opens, of its own. */
public final class Processes {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Processes() {}

  /** A port that nobody listens on. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  static Rendezvous place(int rank, int size, int port) {
    return new Rendezvous(rank, size, size, "localhost", port);
  }

  /** What each of {@code size} processes makes of its group, or the error that it ends with. */
  public static List<Object> each(int size, Function<ProcessGroup, ?> body) throws Exception {
    int port = freePort();
    List<Rendezvous> places = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      places.add(place(rank, size, port));
    }
    return each(places, PATIENCE, body);
  }

  static List<Object> each(
      List<Rendezvous> places, Duration patience, Function<ProcessGroup, ?> body)
      throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(places.size());
    try {
      List<Future<Object>> futures = new ArrayList<>();
      for (Rendezvous place : places) {
        futures.add(
            threads.submit(
                () -> {
                  try (ProcessGroup group = ProcessGroup.join(place, patience)) {
                    return body.apply(group);
                  }
                }));
      }
      List<Object> out = new ArrayList<>();
      for (Future<Object> future : futures) {
        try {
          out.add(future.get());
        } catch (ExecutionException e) {
          out.add(e.getCause());
        }
      }
      return out;
    } finally {
      threads.shutdownNow();
    }
  }
}
