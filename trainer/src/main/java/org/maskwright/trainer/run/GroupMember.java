package org.maskwright.trainer.run;

import java.io.IOException;
import java.time.Duration;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.process.PeerException;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.engine.runtime.NativeCache;
import org.maskwright.engine.runtime.Threads;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.EngineSettings;

/**
 * One of several processes that work together: it meets the others, and what it ends with they are
 * told. A process that works alone is a group of one.
 */
public final class GroupMember {
  /** How long a process that is refused before the start waits for the others, to tell them. */
  private static final Duration REFUSAL = Duration.ofSeconds(20);

  /** What a process does. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it, with the others. */
    T with(ProcessGroup group) throws IOException;
  }

  private GroupMember() {}

  /**
   * Meets the others and works with them.
   *
   * @param place of this process
   * @param patience how long the others may take, at the start and in each exchange
   * @throws PeerException if another process does not come, or has ended
   * @throws ConfigException if nothing connects processes on this machine
   */
  public static <T> T run(Rendezvous place, Duration patience, Work<T> work) throws IOException {
    try (ProcessGroup group = join(place, patience)) {
      try {
        return work.with(group);
      } catch (PeerException e) {
        throw e;
      } catch (RuntimeException | IOException | Error e) {
        group.fail(e.getClass().getName(), reason(group, e));
        throw e;
      }
    }
  }

  /** Tells the others, which would wait for it, that this process ends before it has met them. */
  static void refused(Rendezvous place, RuntimeException e) {
    if (place.size() > 1) {
      try (ProcessGroup group = join(place, REFUSAL)) {
        group.fail(e.getClass().getName(), reason(group, e));
      } catch (PeerException | ConfigException nobody) {
        // They have not started, or know already, or cannot be reached from here.
      }
    }
  }

  private static ProcessGroup join(Rendezvous place, Duration patience) {
    try {
      return ProcessGroup.join(place, patience);
    } catch (EngineException e) {
      throw new ConfigException(e.getMessage() + NativeCache.note());
    }
  }

  private static String reason(ProcessGroup group, Throwable e) {
    return group.name(group.rank()) + " ended: " + (e.getMessage() == null ? e : e.getMessage());
  }

  /**
   * Opens an engine that has joined the others; those on this machine divide its cores where the
   * options name no number of threads, and its GPUs where they name no index.
   *
   * @param ofStatistics the processes that take batch statistics together
   */
  public static Engine open(EngineOptions options, ProcessGroup group, ProcessGroup ofStatistics) {
    EngineOptions own = options;
    if (options.threads() == 0 && group.localSize() > 1) {
      own = options.withThreads(Math.max(1, Threads.resolve(0) / group.localSize()));
    }
    if (group.size() > 1) {
      int localRank = DeviceShare.localRank(group);
      own =
          own.withDevice(
              DeviceShare.device(
                  own.device(), localRank, group.localSize(), Engine.cudaDevices(own)));
    }
    Engine engine = EngineSettings.open(own);
    engine.join(group, ofStatistics);
    return engine;
  }
}
