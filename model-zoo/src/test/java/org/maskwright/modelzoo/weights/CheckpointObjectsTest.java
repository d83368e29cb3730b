package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects of other kinds in a checkpoint; make_objects.py beside the golden files made them. */
class CheckpointObjectsTest {
  private static final String WEIGHT = "z.float32";
  private static final HostTensor TRUTH =
      Safetensors.read(Golden.file("golden.safetensors")).get(WEIGHT);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"objects_safe.pth", "objects_safe_legacy.pth"})
  void whatTorchsOwnSafeLoaderReadsIsRead(String name) {
    Checkpoint checkpoint = CheckpointReader.read(Golden.file(name));
    assertEquals(Set.of(WEIGHT), checkpoint.state().keys());
    assertTrue(TRUTH.contentEquals(checkpoint.state().get(WEIGHT)));
    assertTrue(
        checkpoint
            .ignored()
            .containsAll(
                List.of(
                    "device",
                    "dtype",
                    "set",
                    "complex",
                    "bytearray",
                    "layout",
                    "sparse",
                    "complex tensor",
                    "quantised",
                    "meta",
                    "nested")),
        checkpoint.ignored()::toString);
  }

  @Test
  void objectsOfUnknownClassesBesideTheWeightsAreInert() {
    Checkpoint checkpoint = CheckpointReader.read(Golden.file("objects_unknown.pth"));
    assertTrue(TRUTH.contentEquals(checkpoint.state().get(WEIGHT)));
    assertEquals(
        List.of("args", "numpy scalar", "numpy type", "frozenset", "generator", "range"),
        checkpoint.ignored());
    Checkpoint flat = CheckpointReader.read(Golden.file("objects_flat.pth"));
    assertEquals(Set.of(WEIGHT), flat.state().keys());
    assertEquals(List.of("hyper", "epoch"), flat.ignored());
  }

  @ParameterizedTest
  @CsvSource({
    "objects_inside.pth, torch._utils._rebuild_sparse_tensor",
    "objects_wide.pth, a tensor of torch.uint16"
  })
  void anUnknownObjectInAWeightsPlaceIsRefusedByName(String file, String named) {
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> CheckpointReader.read(Golden.file(file)));
    assertTrue(fault.getMessage().contains(named), fault.getMessage());
    assertTrue(fault.getMessage().contains("'odd'"), fault.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "os.system",
        "posix.system",
        "subprocess.Popen",
        "builtins.eval",
        "builtins.getattr",
        "__builtin__.exec",
        "sys.modules",
        "runpy.run_path",
        "torch.hub.load",
        "torch.serialization.os.system",
        "operator.attrgetter",
        "pickle.loads",
        "socket.create_connection",
        "importlib.import_module"
      })
  void namesThatOnlyAnAttackAsksForAreRefusedWhereverTheyStand(String global) throws IOException {
    int dot = global.lastIndexOf('.');
    String name = "c" + global.substring(0, dot) + "\n" + global.substring(dot + 1) + "\n";
    String tensor =
        "X\u0001\u0000\u0000\u0000acnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n"
            + "(U\u0002f4tRU\u0004abcdtR";
    for (String beside : List.of(name, name + ")R", name + ")\u0081", "(" + name + "l")) {
      Path file = folder.resolve("beside.pkl");
      Files.writeString(
          file,
          "\u0080\u0002}(" + tensor + "X\u0001\u0000\u0000\u0000b" + beside + "u.",
          StandardCharsets.ISO_8859_1);
      CheckpointException fault =
          assertThrows(CheckpointException.class, () -> CheckpointReader.read(file));
      assertTrue(fault.getMessage().contains("'" + global + "'"), fault.getMessage());
    }
  }

  @Test
  void aWholePickledModelIsNamedWithTheWayOut() throws IOException {
    Path file = folder.resolve("model.pkl");
    Files.writeString(file, "\u0080\u0002cmymodels\nNet\n)\u0081}b.", StandardCharsets.ISO_8859_1);
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> CheckpointReader.read(file));
    assertTrue(fault.getMessage().contains("mymodels.Net"), fault.getMessage());
    assertTrue(fault.getMessage().contains("state_dict()"), fault.getMessage());
  }

  @Test
  void pipesAndDevicesAreRefusedAtOnce() throws Exception {
    Path pipe = folder.resolve("x.pth");
    int made = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    for (Path file : made == 0 ? List.of(pipe, Path.of("/dev/zero")) : List.of(folder)) {
      for (var read : List.<Runnable>of(() -> CheckpointReader.read(file), () -> open(file))) {
        CheckpointException fault = assertThrows(CheckpointException.class, read::run);
        assertTrue(
            fault.getMessage().contains(made == 0 ? "expected a regular file" : "expected one of"),
            fault.getMessage());
      }
    }
    assertFalse(Files.exists(folder.resolve("none")));
    CheckpointException fault =
        assertThrows(
            CheckpointException.class, () -> CheckpointReader.read(folder.resolve("none")));
    assertTrue(fault.getMessage().contains("cannot be read"), fault.getMessage());
  }

  private static void open(Path file) {
    MappedFile.open(file).close();
  }
}
