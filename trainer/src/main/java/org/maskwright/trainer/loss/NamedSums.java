package org.maskwright.trainer.loss;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.engine.process.ProcessGroup;

/** Numbers by name, added up over processes. */
public final class NamedSums {
  private NamedSums() {}

  /**
   * The sums of all processes, in each of them; names that a process does not have count as 0.
   *
   * @return in the order of the ranks and, of each, of its own map
   */
  public static Map<String, Double> over(ProcessGroup group, Map<String, Double> own) {
    if (group.size() == 1) {
      return own;
    }
    Map<String, Double> out = new LinkedHashMap<>();
    for (byte[] each : group.gather(bytes(own))) {
      of(each).forEach((name, value) -> out.merge(name, value, Double::sum));
    }
    return out;
  }

  private static byte[] bytes(Map<String, Double> values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(values.size());
      for (Map.Entry<String, Double> entry : values.entrySet()) {
        out.writeUTF(entry.getKey());
        out.writeDouble(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private static Map<String, Double> of(byte[] bytes) {
    Map<String, Double> values = new LinkedHashMap<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        values.put(in.readUTF(), in.readDouble());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
    return values;
  }
}
