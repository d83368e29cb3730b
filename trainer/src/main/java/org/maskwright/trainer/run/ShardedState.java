package org.maskwright.trainer.run;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.modelzoo.weights.ElementType;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.checkpoint.ParameterState;

/**
 * The state of an optimiser of which each process holds a part, as the whole that a checkpoint
 * holds.
 *
 * <p><b>Memory</b> one array of the whole at a time.
 */
final class ShardedState {
  private final ProcessGroup group;
  private final Map<String, Parameter> own;
  private final Map<String, Part> all = new TreeMap<>();

  private record Part(int owner, List<Long> shape) {
    long[] dimensions() {
      return shape.stream().mapToLong(Long::longValue).toArray();
    }

    ByteBuffer memory() {
      long bytes = shape.stream().reduce((long) Float.BYTES, Math::multiplyExact);
      return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /**
   * Tells the others what is this process's.
   *
   * @param own by names that no other process has
   */
  ShardedState(ProcessGroup group, Map<String, Parameter> own) {
    this.group = group;
    this.own = own;
    String lines =
        own.entrySet().stream()
            .map(
                e ->
                    e.getKey()
                        + "\t"
                        + Arrays.stream(e.getValue().shape())
                            .mapToObj(Long::toString)
                            .collect(Collectors.joining(" ")))
            .collect(Collectors.joining("\n"));
    List<byte[]> each = group.gather(lines.getBytes(StandardCharsets.UTF_8));
    for (int rank = 0; rank < each.size(); rank++) {
      int owner = rank;
      new String(each.get(rank), StandardCharsets.UTF_8)
          .lines()
          .forEach(
              line -> {
                String[] words = line.split("\t", 2);
                all.put(
                    words[0],
                    new Part(
                        owner,
                        Arrays.stream(words[1].split(" ", -1))
                            .filter(word -> !word.isEmpty())
                            .map(Long::valueOf)
                            .toList()));
              });
    }
  }

  /**
   * In process 0: the whole, each array asked for when it is written. The others {@link #help}
   * until {@link #end}.
   */
  StateDict view() {
    Map<String, HostTensor> out = new LinkedHashMap<>();
    all.forEach(
        (name, part) ->
            out.put(
                name,
                HostTensor.lazy(
                    ElementType.F32,
                    part.dimensions(),
                    () -> {
                      group.gather(name.getBytes(StandardCharsets.UTF_8));
                      return ofOwner(name);
                    })));
    return StateDict.of(out);
  }

  /** In process 0: nothing more is asked for. */
  void end() {
    group.meet();
  }

  /** In another process: gives process 0 what it asks for. */
  void help() {
    for (byte[] asked = asked(); asked.length > 0; asked = asked()) {
      ofOwner(new String(asked, StandardCharsets.UTF_8));
    }
  }

  private byte[] asked() {
    return group.gather(new byte[0]).get(0);
  }

  private ByteBuffer ofOwner(String name) {
    Part part = all.get(name);
    ByteBuffer bytes = part.memory();
    FloatBuffer floats = bytes.asFloatBuffer();
    if (part.owner() == group.rank()) {
      own.get(name).tensor().copyTo(floats.duplicate());
    }
    group.take(part.owner(), List.of(floats));
    return bytes;
  }

  /**
   * Checks that a file holds the whole.
   *
   * @param file named in messages
   * @throws org.maskwright.modelzoo.weights.CheckpointException if it does not
   */
  void require(StateDict state, String file) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    all.forEach((name, part) -> shapes.put(name, part.dimensions()));
    ParameterState.require(shapes, state, file);
  }

  /**
   * Hands the whole out, to each process its part.
   *
   * @param whole in process 0, such as was {@link #require required}; empty: each keeps what it has
   */
  void handOut(Optional<StateDict> whole) {
    if (!group.any(whole.isPresent())) {
      return;
    }
    all.forEach(
        (name, part) -> {
          FloatBuffer values =
              whole
                  .map(state -> state.get(name).floats())
                  .orElseGet(() -> part.memory().asFloatBuffer());
          group.take(0, List.of(values));
          if (part.owner() == group.rank()) {
            own.get(name).set(values);
          }
        });
  }
}
