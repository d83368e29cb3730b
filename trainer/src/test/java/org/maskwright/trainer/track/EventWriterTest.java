package org.maskwright.trainer.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventWriterTest {
  private static final Clock AT =
      Clock.fixed(Instant.ofEpochSecond(1_700_000_000, 500_000_000), ZoneOffset.UTC);

  @TempDir Path folder;

  @Test
  void recordsReadBackWithTheirChecksums() throws IOException {
    try (var writer = new EventWriter(folder, AT)) {
      writer.numbers("train", 300, Map.of("loss", 31.5));
    }
    List<Map<Integer, Object>> events = events(files().get(0));
    assertEquals(2, events.size());
    assertEquals("brain.Event:2", text(events.get(0).get(3)));
    assertEquals(1_700_000_000.5, Double.longBitsToDouble((Long) events.get(0).get(1)));

    assertEquals(300L, events.get(1).get(2));
    Map<Integer, Object> scalar = message(message(events.get(1).get(5)).get(1));
    assertEquals("train/loss", text(scalar.get(1)));
    assertEquals(31.5f, Float.intBitsToFloat((Integer) scalar.get(2)));
  }

  @Test
  void aNumberThatIsUndefinedIsAbsent() throws IOException {
    try (var writer = new EventWriter(folder, AT)) {
      writer.numbers("eval", 1, Map.of("instance.APm", Double.NaN));
      writer.numbers("eval", 2, Map.of("instance.AP", 12.5));
    }
    byte[] file = Files.readAllBytes(files().get(0));
    String bytes = new String(file, StandardCharsets.ISO_8859_1);
    assertFalse(bytes.contains("APm"));
    assertTrue(bytes.contains("eval/instance.AP"));
  }

  @Test
  void theFirstRecordIsByteForByteWhatTensorFlowWrites() throws IOException {
    new EventWriter(folder, AT).close();
    // What tensorboard's own record writer makes of the same event: golden-events.py beside this
    // test.
    assertEquals(GOLDEN, HexFormat.of().formatHex(Files.readAllBytes(files().get(0))));
  }

  @Test
  void twoWritersOfOneSecondHaveTwoFiles() throws IOException {
    try (var a = new EventWriter(folder, AT);
        var b = new EventWriter(folder, AT)) {
      a.numbers("train", 1, Map.of("loss", 1.0));
      b.numbers("train", 2, Map.of("loss", 2.0));
      assertEquals(2, files().size());
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static final String GOLDEN =
      "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110";

  private static List<Map<Integer, Object>> events(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Map<Integer, Object>> events = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[Long.BYTES];
      in.get(length);
      assertEquals(EventWriter.maskedCrc(length, length.length), in.getInt());
      byte[] data =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(data);
      assertEquals(EventWriter.maskedCrc(data, data.length), in.getInt());
      events.add(message(data));
    }
    return events;
  }

  /**
   * Field numbers to varints (Long), doubles as bits (Long), floats as bits (Integer), or bytes.
   */
  private static Map<Integer, Object> message(Object bytes) {
    ByteBuffer in = ByteBuffer.wrap((byte[]) bytes).order(ByteOrder.LITTLE_ENDIAN);
    Map<Integer, Object> fields = new TreeMap<>();
    while (in.hasRemaining()) {
      long key = varint(in);
      Object value =
          switch ((int) (key & 7)) {
            case 0 -> varint(in);
            case 1 -> in.getLong();
            case 5 -> in.getInt();
            case 2 -> {
              byte[] data = new byte[(int) varint(in)];
              in.get(data);
              yield data;
            }
            default -> throw new AssertionError("wire type of key " + key);
          };
      fields.put((int) (key >>> 3), value);
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }
}
