package org.maskwright.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.process.PeerException;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.spi.ArrayExchange;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BackendProvider;
import org.maskwright.engine.torch.Processes;

/** Gradients and values of parameters over processes, which are threads here. */
class ParameterExchangeTest {
  private static final int PASSES = 3;

  private static Engine open() {
    return Engine.open(EngineOptions.DEFAULT.withBackend("torch").withDevice("cpu").withThreads(1));
  }

  private static List<Parameter> parameters(Engine engine) {
    List<Parameter> out = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      float[] values = {1 + i, -2, 0.5f * i};
      out.add(new Parameter(engine.floats(values, 3)));
    }
    return out;
  }

  /**
   * The share of an image: parameters 0 and 1 in a checkpoint, 1 outside too; 2 of odd images only;
   * 3 of none; 4 of all.
   */
  private static Tensor loss(Engine engine, List<Parameter> p, int image) {
    Tensor inside =
        engine.checkpoint(
            in -> in[0].mul(p.get(0).tensor()).mul(p.get(1).tensor()), engine.ones(3));
    Tensor out = inside.add(p.get(1).tensor().square()).mul(image + 1);
    if (image % 2 == 1) {
      out = out.mul(p.get(2).tensor());
    }
    return out.mul(p.get(4).tensor()).sum();
  }

  /** Gradients of each pass over images 0 to 3, of which this process has its share. */
  private static List<float[]> gradients(
      Engine engine, ProcessGroup group, List<Parameter> p, long bucketBytes) {
    ParameterExchange exchange = new ParameterExchange(engine, group, p, bucketBytes);
    List<float[]> out = new ArrayList<>();
    for (int pass = 0; pass < PASSES; pass++) {
      p.forEach(Parameter::zeroGrad);
      try (Scope scope = engine.scope()) {
        List<Integer> own = new ArrayList<>();
        for (int image = 0; image < 4; image++) {
          if (image % group.size() == group.rank()) {
            own.add(image);
          }
        }
        int last = own.remove(own.size() - 1);
        own.forEach(image -> loss(engine, p, image).backward()); // accumulated before
        exchange.whileAdded(() -> loss(engine, p, last).backward());
      }
      p.forEach(each -> out.add(each.grad() == null ? null : each.grad().toFloats()));
    }
    assertTrue(
        group.size() == 1 || bucketBytes > 100 || exchange.shareSentEarly() > 0,
        "buckets leave while the pass goes on");
    return out;
  }

  private static <T> T with(Function<Engine, T> body) {
    try (Engine engine = open()) {
      return body.apply(engine);
    }
  }

  private static <T> T withParameters(Engine engine, Function<List<Parameter>, T> body) {
    List<Parameter> p = parameters(engine);
    try {
      T out = body.apply(p);
      p.forEach(Parameter::zeroGrad);
      assertEquals(5 * 3 * Float.BYTES, engine.memory().liveBytes(), "nothing is left");
      return out;
    } finally {
      p.forEach(Parameter::close);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 24, 1 << 20})
  void gradientsOfAllProcessesAreThoseOfOneWithAllImages(long bucketBytes) throws Exception {
    List<float[]> alone =
        with(e -> withParameters(e, p -> gradients(e, ProcessGroup.alone(), p, bucketBytes)));
    for (int size : new int[] {2, 3}) {
      for (Object each :
          Processes.each(
              size,
              group -> with(e -> withParameters(e, p -> gradients(e, group, p, bucketBytes))))) {
        if (each instanceof Throwable error) {
          throw new AssertionError(error);
        }
        List<?> got = (List<?>) each;
        for (int i = 0; i < alone.size(); i++) {
          if (alone.get(i) == null) {
            assertNull(got.get(i), "no process has a gradient of parameter " + i % 5);
          } else {
            assertArrayEquals(alone.get(i), (float[]) got.get(i), 1e-4f, size + ": " + i);
          }
        }
      }
    }
  }

  /**
   * An engine of a device whose memory the host does not reach, and that adds up its own arrays.
   */
  private static Engine ofDevice() {
    Backend real =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.name().equals("torch"))
            .findFirst()
            .orElseThrow()
            .create("cpu", 1);
    InvocationHandler device =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "hostFloats" -> null;
              case "exchange" -> {
                ProcessGroup group = (ProcessGroup) arguments[0];
                ArrayExchange sums =
                    arrays -> group.sum(arrays.stream().map(real::hostFloats).toList());
                yield Optional.of(sums);
              }
              default -> {
                try {
                  yield method.invoke(real, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              }
            };
    return Engine.open(
        (Backend)
            Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, device));
  }

  @Test
  void whereADeviceAddsUpItsArraysItselfTheGradientsAreTheSame() throws Exception {
    List<float[]> alone =
        with(e -> withParameters(e, p -> gradients(e, ProcessGroup.alone(), p, 24)));
    for (Object each :
        Processes.each(
            2,
            group -> {
              try (Engine engine = ofDevice()) {
                return withParameters(engine, p -> gradients(engine, group, p, 24));
              }
            })) {
      if (each instanceof Throwable error) {
        throw new AssertionError(error);
      }
      List<?> got = (List<?>) each;
      for (int i = 0; i < alone.size(); i++) {
        assertArrayEquals(alone.get(i), (float[]) got.get(i), 1e-4f, "gradient " + i);
      }
    }
  }

  @Test
  void afterAFailureNothingIsLeftOfWhatWasUnderWay() throws Exception {
    List<Object> ends =
        Processes.each(2, group -> with(e -> withParameters(e, p -> failing(e, group, p))));
    assertEquals(List.of("out of luck", "out of luck"), ends);
  }

  private static String failing(Engine engine, ProcessGroup group, List<Parameter> p) {
    ParameterExchange exchange = new ParameterExchange(engine, group, p, 1);
    try (Scope scope = engine.scope()) {
      exchange.whileAdded(() -> loss(engine, p, group.rank()).backward()); // which tells the order
      exchange.whileAdded(
          () -> {
            loss(engine, p, group.rank()).backward();
            if (group.rank() == 1) {
              throw new IllegalStateException("out of luck");
            }
          });
      return "went on";
    } catch (IllegalStateException | PeerException e) {
      group.fail("", e.getMessage());
      return e.getMessage();
    }
  }

  @Test
  void whatIsHiddenByThePassIsAPartOfWhatIsUnderWay() throws Exception {
    for (Object each :
        Processes.each(2, group -> with(e -> withParameters(e, p -> overlap(e, group, p))))) {
      ParameterExchange.Overlap overlap = (ParameterExchange.Overlap) each;
      assertTrue(overlap.hiddenMillis() > 0, overlap::toString);
      assertTrue(overlap.hiddenMillis() <= overlap.millis(), overlap::toString);
    }
  }

  private static ParameterExchange.Overlap overlap(
      Engine engine, ProcessGroup group, List<Parameter> p) {
    ParameterExchange exchange = new ParameterExchange(engine, group, p, 1);
    try (Scope scope = engine.scope()) {
      for (int pass = 0; pass < PASSES; pass++) {
        exchange.whileAdded(() -> loss(engine, p, 1).backward());
      }
    }
    ParameterExchange.Overlap all = exchange.takeOverlap();
    assertEquals(new ParameterExchange.Overlap(0, 0), exchange.takeOverlap(), "it is taken");
    return all;
  }

  @Test
  void valuesAreTheFirstProcesssOrTheMeans() throws Exception {
    for (Object each :
        Processes.each(
            2,
            group ->
                with(
                    e ->
                        withParameters(
                            e,
                            p -> {
                              try (Scope scope = e.scope()) {
                                p.get(0).set(e.full(3 + group.rank(), 3));
                                p.get(1).set(e.full(3 + group.rank(), 3));
                              }
                              new ParameterExchange(e, group, p.subList(0, 1)).take(0);
                              new ParameterExchange(e, group, p.subList(1, 2)).average();
                              List<Float> out = new ArrayList<>();
                              out.add(p.get(0).tensor().toFloats()[2]);
                              out.add(p.get(1).tensor().toFloats()[2]);
                              return out;
                            })))) {
      assertEquals(List.of(3f, 3.5f), each);
    }
  }
}
