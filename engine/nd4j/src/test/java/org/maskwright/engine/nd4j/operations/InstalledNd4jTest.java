package org.maskwright.engine.nd4j.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.tensor.Engine;
import org.nd4j.linalg.cpu.nativecpu.CpuBackend;
import org.nd4j.linalg.factory.Nd4jBackend;

class InstalledNd4jTest {
  /** Found by its name, as ND4J's own for CUDA is. */
  private static final class JCublasWithoutGpu extends CpuBackend {
    @Override
    public boolean canRun() {
      throw new NoClassDefFoundError("Could not initialize class cudart") {
        @Override
        public synchronized Throwable getCause() {
          return new UnsatisfiedLinkError("libcudart.so.11.0: cannot open shared object file");
        }
      };
    }
  }

  @Test
  void whyAnNd4jForCudaDoesNotComputeIsTheFirstCause() {
    List<Nd4jBackend> installed = List.of(new JCublasWithoutGpu(), new CpuBackend());
    assertEquals(
        Optional.of(
            "ND4J for CUDA is on the class path and cannot run here:"
                + " libcudart.so.11.0: cannot open shared object file"),
        InstalledNd4j.notOnCudaBecause(installed));
    assertEquals(Optional.empty(), InstalledNd4j.notOnCudaBecause(List.of(new CpuBackend())));
  }

  @Test
  void aDeviceThatIsNotThereIsRefusedWithAWayToIt() {
    assertFalse(InstalledNd4j.isOnCuda());
    for (String device : List.of("cuda", "cuda:1")) {
      EngineException e =
          assertThrows(EngineException.class, () -> new OperationsProvider().create(device, 1));
      assertTrue(e.getMessage().contains("CpuBackend; got '" + device + "'"), e.getMessage());
      assertTrue(e.getMessage().endsWith(InstalledNd4j.wayToCuda()), e.getMessage());
    }
  }

  @Test
  void operationsAreForWhoNamesThemAlone() {
    assertTrue(Engine.backends().contains(OperationsProvider.NAME));
    assertEquals(List.of("nd4j"), Engine.automaticBackends());
  }
}
