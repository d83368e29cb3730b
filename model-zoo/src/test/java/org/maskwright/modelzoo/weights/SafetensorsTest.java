package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {
  @TempDir Path folder;

  @Test
  void aHeaderLengthThatBeginsLikeJsonIsNoIndex() throws IOException {
    byte[] header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + '{' + 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong('{').put(header);
    while (bytes.position() < 8 + '{') {
      bytes.put((byte) ' ');
    }
    Path file = Files.write(folder.resolve("unaligned.safetensors"), bytes.putFloat(7).array());
    assertArrayEquals(new float[] {7}, CheckpointReader.read(file).state().get("a").toFloatArray());
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"weight_map\":{\"a\":\"unaligned.safetensors\"}}");
    assertArrayEquals(
        new float[] {7}, CheckpointReader.read(index).state().get("a").toFloatArray());
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void everyElementTypeSurvivesAWriteAndARead(ElementType type) {
    byte[] raw = new byte[6 * type.byteSize()];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) (type == ElementType.BOOL ? i & 1 : i * 37);
    }
    HostTensor tensor = HostTensor.of(type, new long[] {2, 3}, ByteBuffer.wrap(raw));
    HostTensor back = roundTrip(Map.of("a", tensor)).get("a");
    assertTrue(tensor.contentEquals(back));
  }

  @Test
  void scalarsAndEmptyTensorsAndMetadataSurvive() {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put("scalar", HostTensor.ofLongs(new long[] {42}));
    tensors.put("empty", HostTensor.ofFloats(new float[0], 0, 7));
    Path file = folder.resolve("model.safetensors");
    Safetensors.write(file, StateDict.of(tensors).withMetadata(Map.of("format", "pt", "x", "ü\"")));
    StateDict back = Safetensors.read(file);
    assertArrayEquals(new long[0], back.get("scalar").shape());
    assertArrayEquals(new long[] {42}, back.get("scalar").toLongArray());
    assertArrayEquals(new long[] {0, 7}, back.get("empty").shape());
    assertEquals(Map.of("format", "pt", "x", "ü\""), back.metadata());
  }

  @Test
  void writingTwiceGivesTheSameBytesWhateverTheOrder() throws IOException {
    HostTensor a = HostTensor.ofFloats(new float[] {1, 2}, 2);
    HostTensor b = HostTensor.ofLongs(new long[] {3}, 1);
    Map<String, HostTensor> forth = new LinkedHashMap<>();
    forth.put("a", a);
    forth.put("b", b);
    Map<String, HostTensor> back = new LinkedHashMap<>();
    back.put("b", b);
    back.put("a", a);
    Safetensors.write(folder.resolve("1"), StateDict.of(forth));
    Safetensors.write(folder.resolve("2"), StateDict.of(back));
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("1")), Files.readAllBytes(folder.resolve("2")));
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("model.safetensors");
    Safetensors.write(file, StateDict.of(Map.of("a", HostTensor.ofFloats(new float[] {1}, 1))));
    byte[] before = Files.readAllBytes(file);
    HostTensor broken =
        HostTensor.lazy(
            ElementType.F32,
            new long[] {1},
            () -> {
              throw new CheckpointException("source vanished");
            });
    StateDict bad = StateDict.of(Map.of("a", broken));
    assertThrows(CheckpointException.class, () -> Safetensors.write(file, bad));
    assertArrayEquals(before, Files.readAllBytes(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void filesBeyondTwoGigabytesAreRead() throws IOException {
    long filler = 1L << 30;
    String header = "{";
    for (int i = 0; i < 3; i++) {
      header +=
          "\"f%d\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]},"
              .formatted(i, filler, i * filler, (i + 1) * filler);
    }
    header +=
        "\"last\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[%d,%d]}}"
            .formatted(3 * filler, 3 * filler + Long.BYTES);
    Path file = folder.resolve("sparse.safetensors");
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.write(start(json.length, json));
      ByteBuffer value = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(value.putLong(0, 4711), Long.BYTES + json.length + 3 * filler);
    }
    StateDict state = Safetensors.read(file);
    assertArrayEquals(new long[] {4711}, state.get("last").toLongArray());
    assertEquals(0, state.get("f2").bytes().get((int) filler - 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "not valid JSON           | {\"a\":",
        "text after the end       | {} {}",
        "expected START_OBJECT    | []",
        "expected START_OBJECT    | {\"a\":1}",
        "dtype 'F31'              | {\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "must all be there        | {\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}",
        "unknown field 'x'        | {\"a\":{\"x\":1}}",
        "-1 is not a size         | {\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
        "is not a size            | {\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}",
        "more than 2^63           | {\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}",
        "begin <= end             | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
        "begin <= end             | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}",
        "takes 8 bytes            | {\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
        "it is truncated          | {\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "overlap or leave a gap   | {\"a\":{\"dtype\":\"I8\",\"shape\":[3],\"data_offsets\":[0,3]},\"b\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
        "overlap or leave a gap   | {\"a\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]},\"b\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
        "4 follow the header      | {\"a\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
        "Duplicate field 'a'      | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "metadata 'k'             | {\"__metadata__\":{\"k\":1}}",
      })
  void everyHeaderFaultIsNamed(String message, String header) throws IOException {
    assertFault(message, write(header.getBytes(StandardCharsets.UTF_8), 4));
  }

  @Test
  void oversizedAndTruncatedHeadersAreRefusedBeforeMemoryIsTaken() throws IOException {
    byte[] json = "{}".getBytes(StandardCharsets.UTF_8);
    for (long length : new long[] {3, 1L << 40, -1, Long.MIN_VALUE, 0, 1}) {
      Path file = folder.resolve("length");
      Files.write(file, start(length, json).array());
      assertFault("header length is " + Long.toUnsignedString(length), file);
    }
    Path tiny = Files.write(folder.resolve("tiny"), new byte[7]);
    assertFault("only 7 bytes", tiny);
    assertFault("cannot be read", folder.resolve("absent"));
    assertFault("not valid UTF-8", write(new byte[] {'{', (byte) 0xff, '}'}, 0));
  }

  private StateDict roundTrip(Map<String, HostTensor> tensors) {
    Path file = folder.resolve("round-trip.safetensors");
    Safetensors.write(file, StateDict.of(tensors));
    return Safetensors.read(file);
  }

  private Path write(byte[] header, int dataBytes) throws IOException {
    byte[] all = new byte[Long.BYTES + header.length + dataBytes];
    start(header.length, header).get(all, 0, Long.BYTES + header.length);
    return Files.write(folder.resolve("fault.safetensors"), all);
  }

  private static ByteBuffer start(long length, byte[] header) {
    return ByteBuffer.allocate(Long.BYTES + header.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(header)
        .flip();
  }

  private static void assertFault(String message, Path file) {
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> Safetensors.read(file));
    assertTrue(fault.getMessage().contains(message), fault.getMessage());
    assertTrue(fault.getMessage().startsWith(file.toString()), fault.getMessage());
  }
}
