package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.trace.ShapeBackend;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.loop.TrainingProcesses;

/** Processes, which are threads here, that say what they are about to do. */
class AgreementTest {
  private static List<Object> compare(int size, IntFunction<Map<String, String>> facts)
      throws Exception {
    List<Callable<Object>> processes = new ArrayList<>();
    for (Rendezvous place : TrainingProcesses.places(size)) {
      processes.add(
          () ->
              GroupMember.run(
                  place,
                  Duration.ofMinutes(1),
                  group -> {
                    Agreement.require(group, facts.apply(group.rank()));
                    return "agreed";
                  }));
    }
    return TrainingProcesses.ends(processes);
  }

  @Test
  void theSameFactsAreAgreedUpon() throws Exception {
    assertEquals(
        List.of("agreed", "agreed", "agreed"),
        compare(3, rank -> Map.of("version", "1", "engine", "a\tb\nc")));
  }

  @Test
  void everyProcessNamesWhatDiffersInWhich() throws Exception {
    List<Object> ends =
        compare(
            3,
            rank ->
                rank == 2
                    ? Map.of("version", "2", "engine", "cuda", "parameter a", "[3]")
                    : Map.of("version", "1", "engine", "cpu"));
    for (Object end : ends) {
      String message = assertInstanceOf(ConfigException.class, end).getMessage();
      assertTrue(message.startsWith("processes differ from process 0 of 3 (host "), message);
      assertTrue(message.contains("): engine: cuda; first: cpu"), message);
      assertTrue(message.contains("): version: 2; first: 1"), message);
      assertTrue(message.contains("): parameter a: [3]; first: none"), message);
      assertTrue(!message.contains("process 1 of 3"), message);
    }
  }

  /** An engine that computes nothing and says that it is something else. */
  private static Engine saying(String description) {
    Backend shapes = new ShapeBackend();
    InvocationHandler saying =
        (proxy, method, arguments) ->
            method.getName().equals("description") ? description : method.invoke(shapes, arguments);
    return Engine.open(
        (Backend)
            Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, saying));
  }

  private static List<Object> compare(String first, String second, int outputs) throws Exception {
    List<Callable<Object>> processes = new ArrayList<>();
    for (Rendezvous place : TrainingProcesses.places(2)) {
      processes.add(
          () ->
              GroupMember.run(
                  place,
                  Duration.ofMinutes(1),
                  group -> {
                    try (Engine engine = saying(place.isFirst() ? first : second)) {
                      Linear model = Linear.of(engine, 2, place.isFirst() ? 3 : outputs);
                      Agreement.require(group, engine, model, Map.of());
                      return "agreed";
                    }
                  }));
    }
    return TrainingProcesses.ends(processes);
  }

  private static void assertRefused(List<Object> ends, String difference) {
    for (Object end : ends) {
      String message = assertInstanceOf(ConfigException.class, end).getMessage();
      assertTrue(message.contains("process 1 of 2 (host "), message);
      assertTrue(message.endsWith("): " + difference), message);
    }
  }

  @Test
  void cudaInOneProcessAloneIsRefused() throws Exception {
    String cpu = "LibTorch 2.10.0 (oneDNN, OpenBLAS), cpu, 2 threads, AVX2";
    String cuda = "LibTorch 2.10.0 (oneDNN, OpenBLAS), cuda:0, 2 threads, AVX2";
    assertRefused(
        compare(cpu, cuda, 3),
        "engine: LibTorch 2.10.0 (oneDNN, OpenBLAS), cuda, AVX2 (given); first: LibTorch 2.10.0"
            + " (oneDNN, OpenBLAS), cpu, AVX2 (given)");
  }

  @Test
  void processesMayHaveOtherNumbersOfThreadsAndGpusOfOtherNumbers() throws Exception {
    assertEquals(
        List.of("agreed", "agreed"),
        compare("LibTorch, cuda:0, 2 threads, AVX2", "LibTorch, cuda:1, 16 threads, AVX2", 3));
  }

  @Test
  void parametersOfOtherShapesAreRefusedBeforeTheyAreAddedUp() throws Exception {
    List<Object> ends = compare("LibTorch", "LibTorch", 4);
    assertRefused(ends, "parameter weight: [4, 2]; first: [3, 2]");
  }

  @Test
  void ofManyDifferencesTheFirstAreNamedAndTheOthersCounted() throws Exception {
    Map<String, String> many = new java.util.TreeMap<>();
    for (int i = 10; i < 30; i++) {
      many.put("key" + i, "x");
    }
    for (Object end : compare(2, rank -> rank == 1 ? many : Map.of())) {
      String message = assertInstanceOf(ConfigException.class, end).getMessage();
      assertTrue(message.endsWith("\n  and 12 more"), message);
    }
  }
}
