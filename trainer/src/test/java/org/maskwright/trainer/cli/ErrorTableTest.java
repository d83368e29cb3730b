package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.DatasetException;
import org.maskwright.engine.array.DeviceMemoryException;
import org.maskwright.engine.process.PeerException;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.TrainingDivergedException;
import org.maskwright.trainer.config.ConfigException;

final class ErrorTableTest {
  private static ExitCode code(Throwable error) {
    return ErrorTable.of(error, "train").code();
  }

  private static String message(Throwable error, String command) {
    return ErrorTable.of(error, command).message();
  }

  @Test
  void eachKnownErrorHasItsOwnExitCode() {
    assertEquals(ExitCode.CONFIG, code(new ConfigException("x")));
    assertEquals(ExitCode.CONFIG, code(new BindException("--port 80: in use; take another")));
    assertEquals(
        ExitCode.DIVERGED,
        code(
            new TrainingDivergedException(
                1, "loss is NaN", List.of(), List.of(), Optional.empty())));
    assertEquals(ExitCode.DATA, code(new DatasetException("x")));
    assertEquals(ExitCode.CHECKPOINT, code(new CheckpointException("x")));
    assertEquals(ExitCode.OUTPUT, code(OutputFile.failure(Path.of("x"), new IOException("y"))));
    assertEquals(ExitCode.MEMORY, code(new OutOfMemoryError("Java heap space")));
    assertEquals(ExitCode.INTERNAL, code(new IllegalStateException("x")));
    assertEquals(ExitCode.INTERNAL, code(new StackOverflowError()));
  }

  @Test
  void anErrorOfAnotherThreadIsWhatItWasThere() {
    assertEquals(ExitCode.DATA, code(new ExecutionException(new DatasetException("x"))));
    assertEquals(
        ExitCode.OUTPUT, code(new UncheckedIOException(new AccessDeniedException("/a/b"))));
  }

  @Test
  void anErrorOfAnotherProcessHasItsCodeHereToo() {
    assertEquals(ExitCode.PEER, code(new PeerException("gone")));
    assertEquals(ExitCode.CONFIG, code(new PeerException(ConfigException.class.getName(), "x")));
    assertEquals(ExitCode.OUTPUT, code(new PeerException(OutputException.class.getName(), "x")));
    assertEquals(ExitCode.MEMORY, code(new PeerException(OutOfMemoryError.class.getName(), "x")));
    assertEquals(ExitCode.INTERNAL, code(new PeerException("some.Error", "x")));
  }

  @Test
  void errorsOfFilesThatNobodySpokeForAreNamed() {
    var readOnly = new FileSystemException("/a/b", null, "Read-only file system");
    assertEquals(ExitCode.OUTPUT, code(readOnly));
    assertTrue(message(readOnly, "eval").contains("/a/b"), message(readOnly, "eval"));
    assertTrue(message(readOnly, "eval").contains("file system is read-only"));
    assertTrue(
        message(new IOException("No space left on device"), "eval").contains("disk is full"));
    assertEquals(ExitCode.DATA, code(new NoSuchFileException("/a/b")));
    assertEquals(ExitCode.DATA, code(new MalformedInputException(1)));
  }

  @Test
  void theMemoryOfADeviceEndsWithTheCodeOfMemoryInWhicheverProcess() {
    var device = new DeviceMemoryException("torch: conv2d() failed: CUDA out of memory.");
    assertEquals(ExitCode.MEMORY, code(device));
    assertTrue(message(device, "train").contains("engine.precision = bf16"));
    assertEquals(ExitCode.MEMORY, code(new PeerException(device.getClass().getName(), "x")));
  }

  @Test
  void theAdviceAboutMemoryFitsTheCommand() {
    var heap = new OutOfMemoryError("Java heap space");
    assertTrue(message(heap, "train").contains("train.batch-size"));
    for (String other : List.of("predict", "eval", "import", "")) {
      assertFalse(message(heap, other).contains("batch-size"), other);
      assertTrue(message(heap, other).contains("MASKWRIGHT_OPTS"), other);
    }
    assertTrue(message(heap, "predict").contains("--short-edge"));
  }

  @Test
  void nativeOutOfMemoryIsRecognised() {
    assertTrue(
        ErrorTable.isOutOfMemory(
            new RuntimeException(
                "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate"
                    + " memory: you tried to allocate 400000000000 bytes. Error code 12 (Cannot"
                    + " allocate memory)")));
    assertFalse(ErrorTable.isOutOfMemory(new IllegalStateException("memory of a goldfish")));
  }

  @Test
  void theDocumentedTableIsThatOfTheProgram() throws IOException {
    List<String> expected = new ArrayList<>();
    for (ExitCode code : ExitCode.values()) {
      expected.add("| %d | %s | %s |".formatted(code.code(), code.meaning(), code.advice()));
    }
    List<String> documented =
        Files.readAllLines(Path.of("../docs/errors.md")).stream()
            .filter(line -> line.matches("\\| \\d+ \\|.*"))
            .toList();
    assertEquals(expected, documented);
  }

  @Test
  void everyCodeButSuccessSaysWhatToDo() {
    for (ExitCode code : ExitCode.values()) {
      assertEquals(code == ExitCode.OK, code.advice().isEmpty(), code.name());
    }
  }
}
