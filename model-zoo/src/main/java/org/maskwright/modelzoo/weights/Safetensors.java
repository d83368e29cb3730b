package org.maskwright.modelzoo.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;

/**
 * Reads and writes safetensors files: 8-byte little-endian header length, JSON header, then
 * row-major little-endian data. Reading maps the file, so files beyond 2 GiB work and untouched
 * tensors cost nothing; writing replaces the file atomically.
 *
 * <p><b>Source</b> the format's specification at github.com/huggingface/safetensors. The same
 * faults are refused as there: a header above 100 MB, data not covered by exactly one tensor, sizes
 * that disagree with shapes. The writer's order and header text equal those of the reference
 * implementation, byte for byte (with at most one metadata entry, whose order is undefined there).
 */
public final class Safetensors {
  static final String METADATA = "__metadata__";
  static final int MAX_HEADER_BYTES = 100_000_000;
  private static final int HEADER_ALIGNMENT = 8;

  private Safetensors() {}

  /**
   * The tensors of a file, in the order of the header.
   *
   * @throws CheckpointException if the file cannot be read or its header has a fault
   */
  public static StateDict read(Path file) {
    try (MappedFile mapped = MappedFile.open(file)) {
      if (mapped.size() < Long.BYTES) {
        throw new CheckpointException(
            file,
            "expected a safetensors file (8 bytes of header length first), got only %d bytes"
                .formatted(mapped.size()));
      }
      long headerBytes =
          mapped.window(0, Long.BYTES).get().order(ByteOrder.LITTLE_ENDIAN).getLong(0);
      long available = mapped.size() - Long.BYTES;
      if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || headerBytes > available) {
        throw new CheckpointException(
            file,
            "the header length is %s, but it must be in [2, %d] and at most the %d bytes left;"
                    .formatted(Long.toUnsignedString(headerBytes), MAX_HEADER_BYTES, available)
                + " the file is truncated or not a safetensors file");
      }
      byte[] header = new byte[(int) headerBytes];
      mapped.window(Long.BYTES, header.length).get().duplicate().get(header);
      SafetensorsHeader parsed = SafetensorsHeader.parse(file, header, available - headerBytes);
      return mapTensors(file, mapped, parsed, Long.BYTES + headerBytes);
    }
  }

  private static StateDict mapTensors(
      Path file, MappedFile mapped, SafetensorsHeader header, long dataStart) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    header
        .entries()
        .forEach(
            (name, entry) -> {
              long length = entry.end() - entry.begin();
              if (length > Integer.MAX_VALUE) {
                throw new CheckpointException(
                    file, "tensor '%s' takes %d bytes, above 2 GiB".formatted(name, length));
              }
              tensors.put(
                  name,
                  HostTensor.lazy(
                      entry.type(),
                      entry.shape(),
                      mapped.window(dataStart + entry.begin(), (int) length)));
            });
    return StateDict.of(tensors).withMetadata(header.metadata());
  }

  /**
   * Writes all tensors and the metadata; the file appears whole or not at all. Order in the file is
   * by falling alignment, then by name.
   *
   * @throws OutputException if the file cannot be written
   */
  public static void write(Path file, StateDict state) {
    List<String> names = new ArrayList<>(state.keys());
    names.sort(
        Comparator.comparing((String name) -> state.get(name).type())
            .reversed()
            .thenComparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
    byte[] header = header(names, state);
    OutputFile.writeDurably(
        file,
        channel -> {
          ByteBuffer start =
              ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
          OutputFile.writeFully(channel, start.putLong(header.length).put(header).flip());
          for (String name : names) {
            state.get(name).writeTo(channel);
          }
        });
  }

  private static byte[] header(List<String> names, StateDict state) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.writeStartObject();
      if (!state.metadata().isEmpty()) {
        json.writeObjectFieldStart(METADATA);
        for (Map.Entry<String, String> entry : new TreeMap<>(state.metadata()).entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long offset = 0;
      for (String name : names) {
        if (name.equals(METADATA)) {
          throw new CheckpointException("a tensor cannot be called " + METADATA);
        }
        HostTensor tensor = state.get(name);
        json.writeObjectFieldStart(name);
        json.writeStringField("dtype", tensor.type().name());
        json.writeFieldName("shape");
        long[] shape = tensor.shape();
        json.writeArray(shape, 0, shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {offset, offset + tensor.byteSize()}, 0, 2);
        json.writeEndObject();
        offset += tensor.byteSize();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new CheckpointException("the safetensors header cannot be written: " + e, e);
    }
    while (out.size() % HEADER_ALIGNMENT != 0) {
      out.write(' ');
    }
    return out.toByteArray();
  }
}
