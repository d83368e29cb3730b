package org.maskwright.modelzoo.onnx;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.maskwright.engine.trace.OnnxConstant;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.engine.trace.OnnxNode;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;
import org.maskwright.files.ProtoMessage;

/**
 * Writes ONNX files. A message of protocol buffers cannot exceed 2 GiB: of a larger model the
 * weights go into a second file, {@code NAME.data}, which has to stay beside the first.
 *
 * <p><b>Source</b> numbers of messages and fields: onnx.proto of the ONNX project, IR version 8,
 * which belongs to operators of version 17
 */
public final class OnnxFile {
  private static final int IR_VERSION = 8;

  /** Of a message, less what names and nodes may take beside the weights. */
  private static final long MOST_BYTES = 1_900_000_000;

  /**
   * Smaller constants stay in the first file in any case: runtimes look at shapes while loading.
   */
  private static final int LEAST_EXTERNAL_BYTES = 1024;

  /** Constants in the second file begin at multiples of a page, so that they can be mapped. */
  private static final int PAGE = 4096;

  private OnnxFile() {}

  /** The second file of a large model. */
  public static Path data(Path file) {
    return file.resolveSibling(file.getFileName() + ".data");
  }

  /**
   * Writes a graph.
   *
   * @param metadata of the model, by key
   * @return the files that were written: one, or two of a large model
   * @throws OutputException if a file cannot be written
   */
  public static List<Path> write(
      Path file, OnnxGraph graph, Map<String, String> metadata, String producer, String version) {
    return write(file, graph, metadata, producer, version, MOST_BYTES);
  }

  /**
   * As the other method, with another limit for what goes into one file.
   *
   * @param most bytes of constants; more go into the second file
   */
  public static List<Path> write(
      Path file,
      OnnxGraph graph,
      Map<String, String> metadata,
      String producer,
      String version,
      long most) {
    long bytes = graph.constants().values().stream().mapToLong(OnnxConstant::size).sum();
    Path data = data(file);
    Map<String, Long> places = bytes <= Math.min(most, MOST_BYTES) ? Map.of() : places(graph);
    if (!places.isEmpty()) {
      OutputFile.writeDurably(
          data,
          channel -> {
            for (Map.Entry<String, Long> place : places.entrySet()) {
              channel.position(place.getValue());
              OutputFile.writeFully(channel, graph.constants().get(place.getKey()).bytes());
            }
          });
    }
    ProtoMessage model =
        new ProtoMessage()
            .number(1, IR_VERSION)
            .text(2, producer)
            .text(3, version)
            .message(7, graph(graph, places, String.valueOf(data.getFileName())))
            .message(8, new ProtoMessage().text(1, "").number(2, OnnxGraph.OPSET));
    new TreeMap<>(metadata)
        .forEach((key, value) -> model.message(14, new ProtoMessage().text(1, key).text(2, value)));
    OutputFile.writeDurably(file, model::writeTo);
    return places.isEmpty() ? List.of(file) : List.of(file, data);
  }

  /** Where in the second file each large constant begins. */
  private static Map<String, Long> places(OnnxGraph graph) {
    Map<String, Long> out = new LinkedHashMap<>();
    long at = 0;
    for (OnnxConstant constant : graph.constants().values()) {
      if (constant.size() >= LEAST_EXTERNAL_BYTES) {
        out.put(constant.name(), at);
        at = (at + constant.size() + PAGE - 1) / PAGE * PAGE;
      }
    }
    return out;
  }

  private static ProtoMessage graph(OnnxGraph graph, Map<String, Long> places, String data) {
    ProtoMessage out = new ProtoMessage();
    for (OnnxNode node : graph.nodes()) {
      out.message(1, node(node));
    }
    out.text(2, "maskwright");
    for (OnnxConstant constant : graph.constants().values()) {
      out.message(5, tensor(constant, places, data));
    }
    graph.inputs().forEach(value -> out.message(11, value(value)));
    graph.outputs().forEach(value -> out.message(12, value(value)));
    return out;
  }

  private static ProtoMessage node(OnnxNode node) {
    ProtoMessage out = new ProtoMessage();
    node.inputs().forEach(name -> out.text(1, name));
    node.outputs().forEach(name -> out.text(2, name));
    out.text(3, node.outputs().get(0)).text(4, node.operator());
    node.attributes().forEach((name, value) -> out.message(5, attribute(name, value)));
    return out;
  }

  private static ProtoMessage attribute(String name, Object value) {
    ProtoMessage out = new ProtoMessage().text(1, name);
    if (value instanceof Double number) {
      return out.float32(2, number.floatValue()).number(20, 1);
    }
    if (value instanceof Long number) {
      return out.number(3, number).number(20, 2);
    }
    if (value instanceof String text) {
      return out.text(4, text).number(20, 3);
    }
    for (Object number : (List<?>) value) {
      out.number(8, (Long) number);
    }
    return out.number(20, 7);
  }

  private static ProtoMessage tensor(OnnxConstant constant, Map<String, Long> places, String data) {
    ProtoMessage out = new ProtoMessage();
    constant.shape().forEach(size -> out.number(1, size));
    out.number(2, constant.type().number()).text(8, constant.name());
    Long place = places.get(constant.name());
    if (place == null) {
      return out.bytes(9, constant.size(), constant::bytes);
    }
    return out.message(13, entry("location", data))
        .message(13, entry("offset", place.toString()))
        .message(13, entry("length", Long.toString(constant.size())))
        .number(14, 1);
  }

  private static ProtoMessage entry(String key, String value) {
    return new ProtoMessage().text(1, key).text(2, value);
  }

  private static ProtoMessage value(OnnxGraph.Value value) {
    ProtoMessage shape = new ProtoMessage();
    for (String size : value.sizes()) {
      boolean number = Character.isDigit(size.charAt(0));
      shape.message(
          1,
          number
              ? new ProtoMessage().number(1, Long.parseLong(size))
              : new ProtoMessage().text(2, size));
    }
    ProtoMessage tensor = new ProtoMessage().number(1, value.type().number()).message(2, shape);
    return new ProtoMessage()
        .text(1, value.name())
        .message(2, new ProtoMessage().message(1, tensor));
  }
}
