package org.maskwright.trainer.loop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;

/** Threads in the place of processes, each with a group, an engine and a model of its own. */
public final class TrainingProcesses {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private TrainingProcesses() {}

  /** A port that nobody listens on. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Where each of some processes on this machine stands. */
  public static List<Rendezvous> places(int size) throws IOException {
    int port = freePort();
    List<Rendezvous> out = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      out.add(new Rendezvous(rank, size, size, "localhost", port));
    }
    return out;
  }

  /** What each process makes of its group. */
  @SuppressWarnings("unchecked")
  static <T> List<T> each(int size, Function<ProcessGroup, T> body) throws Exception {
    List<Object> ends = ends(size, body);
    for (Object end : ends) {
      if (end instanceof Throwable error) {
        throw new AssertionError(error.getMessage(), error);
      }
    }
    return (List<T>) ends;
  }

  /** What each process makes of its group, or the error that it ends with. */
  static List<Object> ends(int size, Function<ProcessGroup, ?> body) throws Exception {
    List<Callable<Object>> processes = new ArrayList<>();
    for (Rendezvous place : places(size)) {
      processes.add(
          () -> {
            try (ProcessGroup group = ProcessGroup.join(place, PATIENCE)) {
              try {
                return body.apply(group);
              } catch (RuntimeException | Error e) {
                group.fail(e.getClass().getName(), String.valueOf(e.getMessage()));
                throw e;
              }
            }
          });
    }
    return ends(processes);
  }

  /** What each of some bodies that run at once gives, or the error that it ends with. */
  public static List<Object> ends(List<Callable<Object>> bodies) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(bodies.size());
    try {
      List<Object> out = new ArrayList<>();
      for (Future<Object> future : threads.invokeAll(bodies)) {
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
