package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.labels.LabelConflictException;
import org.maskwright.engine.array.DeviceMemoryException;
import org.maskwright.engine.process.PeerException;
import org.maskwright.engine.runtime.NativeCache;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.settings.ExtensionException;
import org.maskwright.trainer.TrainingDivergedException;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.output.OutputRefusedException;

/**
 * The one place where an error becomes an exit code and a message. What a user can cause has a type
 * of its own; {@link ExitCode#INTERNAL} is left for faults of ours.
 */
final class ErrorTable {
  private static final Map<Class<?>, ExitCode> KNOWN =
      Map.of(
          ConfigException.class, ExitCode.CONFIG,
          ExtensionException.class, ExitCode.CONFIG,
          DatasetException.class, ExitCode.DATA,
          CheckpointException.class, ExitCode.CHECKPOINT,
          TrainingDivergedException.class, ExitCode.DIVERGED,
          OutputException.class, ExitCode.OUTPUT,
          LabelConflictException.class, ExitCode.OUTPUT,
          OutputRefusedException.class, ExitCode.USAGE);

  /** What LibTorch on the CPU, CUDA, and ND4J say, in lower case. */
  private static final List<String> NATIVE_OUT_OF_MEMORY =
      List.of(
          "can't allocate memory",
          "not enough memory",
          "cuda out of memory",
          "cudaerrormemoryallocation",
          "failed to allocate");

  private ErrorTable() {}

  /** How a command ends. */
  record Outcome(ExitCode code, String message) {}

  /**
   * The outcome of an error.
   *
   * @param command its name, such as {@code train}, for what to do about memory
   */
  static Outcome of(Throwable thrown, String command) {
    Throwable error = unwrapped(thrown);
    ExitCode known = KNOWN.get(error.getClass());
    if (known != null) {
      return new Outcome(known, String.valueOf(error.getMessage()));
    }
    if (error instanceof PeerException peer) {
      return new Outcome(ofPeer(peer.kind()), peer.getMessage());
    }
    if (isOutOfMemory(error)) {
      return new Outcome(ExitCode.MEMORY, outOfMemory(error, command));
    }
    if (error instanceof StackOverflowError) {
      return new Outcome(
          ExitCode.INTERNAL,
          "the stack is too small: if a file is nested thousands of levels deep, flatten it");
    }
    if (error instanceof BindException) { // LocalServer's: says what to do
      return new Outcome(ExitCode.CONFIG, error.getMessage());
    }
    if (error instanceof IOException io) {
      return ofFiles(io);
    }
    if (error instanceof LinkageError) { // OpenCV's; an engine says it of its own libraries
      Optional<String> cache = NativeCache.problem();
      if (cache.isPresent()) {
        return new Outcome(ExitCode.CONFIG, "a native library cannot be loaded: " + cache.get());
      }
    }
    // The type tells most of an unexpected error.
    return new Outcome(ExitCode.INTERNAL, error.toString());
  }

  /** The code that another process ends with, from the name of the class of its error. */
  private static ExitCode ofPeer(String kind) {
    if (kind.isEmpty()) {
      return ExitCode.PEER;
    }
    if (kind.equals(OutOfMemoryError.class.getName())
        || kind.equals(DeviceMemoryException.class.getName())) {
      return ExitCode.MEMORY;
    }
    return KNOWN.entrySet().stream()
        .filter(known -> known.getKey().getName().equals(kind))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(ExitCode.INTERNAL);
  }

  /** Without what only carries an error from one thread or method to another. */
  private static Throwable unwrapped(Throwable error) {
    Throwable out = error;
    while (out.getCause() != null
        && (out instanceof UncheckedIOException
            || out instanceof ExecutionException
            || out instanceof CompletionException)) {
      out = out.getCause();
    }
    return out;
  }

  /** Of a file that nothing nearer to it has spoken for. */
  private static Outcome ofFiles(IOException error) {
    if (error instanceof CharacterCodingException) {
      return new Outcome(
          ExitCode.DATA, "a file or a name is not text in UTF-8 (" + error + "); save it as UTF-8");
    }
    if (error instanceof NoSuchFileException missing) {
      return new Outcome(ExitCode.DATA, missing.getFile() + ": no such file; correct its name");
    }
    if (error instanceof FileSystemException known && known.getFile() != null) {
      Path file = Path.of(known.getFile());
      return new Outcome(
          ExitCode.OUTPUT, file + ": cannot be used: " + OutputFile.reason(file, error));
    }
    return new Outcome(ExitCode.OUTPUT, "input or output failed: " + reason(error));
  }

  private static String reason(IOException error) {
    return OutputFile.reason(Path.of("").toAbsolutePath(), error);
  }

  /** Of the Java heap, or of native memory as the engines' libraries say it. */
  static boolean isOutOfMemory(Throwable error) {
    if (error instanceof OutOfMemoryError || error instanceof DeviceMemoryException) {
      return true;
    }
    String text = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
    return NATIVE_OUT_OF_MEMORY.stream().anyMatch(text::contains);
  }

  private static String outOfMemory(Throwable error, String command) {
    String first = String.valueOf(error.getMessage()).lines().findFirst().orElse("");
    String smaller =
        switch (command) {
          case "train" ->
              "lower train.batch-size, the crop (augment.lsj or augment.crop: height, width) or"
                  + " criterion.points.points, or set model.backbone.resnet.checkpointing = true or"
                  + " engine.precision = bf16;"
                  + " train.accumulate makes up for a smaller batch. ";
          case "eval" -> "lower eval.short-edge and eval.max-size with --set. ";
          case "predict" -> "lower --short-edge. ";
          case "inspect" -> "use a smaller image. ";
          default -> "";
        };
    return "out of memory ("
        + first
        + "): "
        + smaller
        + "If it was the Java heap, give it more with MASKWRIGHT_OPTS=-Xmx...";
  }
}
