package org.maskwright.trainer.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.ElementType;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.StateDict;

/** Named parameters to and from files, strictly: the same names and shapes. */
public final class ParameterState {
  private static final int SHOWN = 10;

  private ParameterState() {}

  /** The values as they are when their bytes are asked for: to write, before they change. */
  public static StateDict view(Map<String, Parameter> parameters) {
    Map<String, HostTensor> out = new LinkedHashMap<>();
    Room room = new Room();
    parameters.forEach(
        (name, p) -> {
          HostTensor values = HostTensor.streamed(ElementType.F32, p.shape(), new Values(p, room));
          room.mostBytes = Math.max(room.mostBytes, values.byteSize());
          out.put(name, values);
        });
    return StateDict.of(out);
  }

  private static int byteSize(Parameter parameter) {
    return Math.toIntExact(Float.BYTES * parameter.numel());
  }

  /** Where one parameter after the other is put to be written from: the system copies it once. */
  private static final class Room {
    private int mostBytes;
    private ByteBuffer bytes;

    synchronized void write(Parameter parameter, FileChannel channel) throws IOException {
      if (bytes == null) {
        bytes = ByteBuffer.allocateDirect(mostBytes).order(ByteOrder.LITTLE_ENDIAN);
      }
      parameter.tensor().copyTo(bytes.clear().asFloatBuffer());
      OutputFile.writeFully(channel, bytes.limit(byteSize(parameter)));
    }
  }

  /** The bytes of a parameter. */
  private record Values(Parameter parameter, Room room) implements HostTensor.Source {
    @Override
    public ByteBuffer bytes() {
      ByteBuffer bytes = ByteBuffer.allocate(byteSize(parameter)).order(ByteOrder.LITTLE_ENDIAN);
      parameter.tensor().copyTo(bytes.asFloatBuffer());
      return bytes;
    }

    @Override
    public void writeTo(FileChannel channel) throws IOException {
      room.write(parameter, channel);
    }
  }

  /**
   * Overwrites all values.
   *
   * @param file named in messages
   * @throws CheckpointException listing missing, unexpected and mis-shaped keys, or those with NaN
   *     or infinite values; nothing is changed then
   */
  public static void load(Map<String, Parameter> parameters, StateDict state, String file) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    parameters.forEach((name, p) -> shapes.put(name, p.shape()));
    require(shapes, state, file);
    parameters.forEach((name, p) -> p.set(state.get(name).floats()));
  }

  /**
   * Checks names, shapes and values.
   *
   * @param shapes by name
   * @param file named in messages
   * @throws CheckpointException as {@link #load}
   */
  public static void require(Map<String, long[]> shapes, StateDict state, String file) {
    List<String> problems = new ArrayList<>();
    shapes.forEach(
        (name, shape) -> {
          if (!state.contains(name)) {
            problems.add("missing " + name);
          } else if (!state.get(name).hasShape(shape)) {
            problems.add(
                name
                    + ": expected shape "
                    + Arrays.toString(shape)
                    + ", got "
                    + Arrays.toString(state.get(name).shape()));
          }
        });
    state.keys().stream()
        .filter(k -> !shapes.containsKey(k))
        .forEach(k -> problems.add("unexpected " + k));
    refuse(
        problems,
        file + ": does not fit this model:",
        "it comes from another architecture or class list");
    requireFinite(state, file);
  }

  /**
   * Refuses values that no training leaves behind.
   *
   * @param file named in messages
   * @throws CheckpointException listing the keys with NaN or infinite values
   */
  static void requireFinite(StateDict state, String file) {
    List<String> problems = new ArrayList<>();
    state
        .asMap()
        .forEach(
            (name, tensor) -> {
              long bad = tensor.countNonFinite();
              if (bad > 0) {
                problems.add("%s: %d of %d".formatted(name, bad, tensor.elementCount()));
              }
            });
    refuse(
        problems,
        file + ": expected finite values, got NaN or infinite ones:",
        "the file is broken, or the training that wrote it diverged; use an older one");
  }

  private static void refuse(List<String> problems, String what, String advice) {
    if (!problems.isEmpty()) {
      String more = problems.size() > SHOWN ? "\n  and " + (problems.size() - SHOWN) + " more" : "";
      throw new CheckpointException(
          what
              + "\n  "
              + String.join("\n  ", problems.subList(0, Math.min(SHOWN, problems.size())))
              + more
              + "\n  "
              + advice);
    }
  }
}
