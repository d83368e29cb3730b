package org.maskwright.engine.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;

/**
 * Random programs of public calls: none ends the JVM, none throws what is not the engine's, none
 * leaves an array.
 *
 * <p>Longer: {@code -Dmaskwright.sequences=100000 -Dmaskwright.sequences.first=0}, the number of
 * programs and that of the first, which is its seed.
 */
public abstract class CallSequenceConformance {
  private static final int PROGRAMS = Integer.getInteger("maskwright.sequences", 3000);
  private static final int FIRST = Integer.getInteger("maskwright.sequences.first", 0);

  /** Of so many programs one closes its engine half way. */
  private static final int CLOSING = 50;

  private final EngineOptions options;

  /** For the backend of a name, on the CPU. */
  protected CallSequenceConformance(String backend) {
    options = EngineOptions.DEFAULT.withBackend(backend).withDevice("cpu").withThreads(1);
  }

  @Test
  void everySequenceOfCallsEndsWithResultsOrOurExceptionsAndLeavesNothing() {
    long refused = 0;
    long calls = 0;
    Engine engine = Engine.open(options);
    try {
      for (int i = FIRST; i < FIRST + PROGRAMS; i++) {
        boolean closes = i % CLOSING == CLOSING - 1;
        CallSequence program = new CallSequence(engine, RandomStream.of(i, "sequence"), closes);
        try {
          program.run();
        } catch (RuntimeException | Error e) {
          fail("program " + i + ": " + program.trace(), e);
        }
        assertEquals(
            0,
            engine.memory().liveArrays(),
            () -> "live arrays after program of " + program.trace());
        assertEquals(true, engine.isGradEnabled(), "modes are over");
        refused += program.refused();
        calls += program.trace().size();
        if (closes) {
          engine = Engine.open(options);
        }
      }
    } finally {
      engine.close();
    }
    System.out.println(
        options.backend()
            + ": "
            + PROGRAMS
            + " programs, "
            + calls
            + " calls, "
            + refused
            + " refused");
  }
}
