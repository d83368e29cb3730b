package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointReaderTest {
  private static final StateDict TRUTH = Safetensors.read(Golden.file("golden.safetensors"));

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "golden.safetensors, SAFETENSORS",
    "torch_zip.pth, TORCH_ZIP",
    "torch_legacy.pth, TORCH_LEGACY",
    "torch_bare_dict.pth, TORCH_ZIP",
    "detectron2_torch.pkl, PICKLE",
    "sharded/model.safetensors.index.json, SAFETENSORS_SHARDED",
  })
  void filesOfTheReferenceToolsHoldTheSameTensors(String name, Checkpoint.Format format) {
    Checkpoint checkpoint = CheckpointReader.read(Golden.file(name));
    assertEquals(format, checkpoint.format());
    assertSameTensors(checkpoint.state(), TRUTH.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4, 5})
  void numpyPicklesOfEveryProtocolHoldTheSameTensors(int protocol) {
    Checkpoint checkpoint =
        CheckpointReader.read(Golden.file("detectron2_numpy_protocol" + protocol + ".pkl"));
    assertEquals(Checkpoint.Format.PICKLE, checkpoint.format());
    assertEquals(Optional.of("MaskwrightTests"), checkpoint.author());
    assertFalse(checkpoint.suffixMatching());
    assertSameTensors(checkpoint.state(), TRUTH.size() - 1); // all but bfloat16
  }

  @Test
  void orderAuthorHeuristicsAndIgnoredEntriesAreKept() {
    Checkpoint zip = CheckpointReader.read(Golden.file("torch_zip.pth"));
    assertEquals("z.float32", zip.state().keys().iterator().next());
    assertEquals(List.of("iteration", "note"), zip.ignored());
    Checkpoint pickle = CheckpointReader.read(Golden.file("detectron2_torch.pkl"));
    assertTrue(pickle.suffixMatching());
    assertEquals(Optional.of("third_party"), pickle.author());
  }

  @Test
  void ourSafetensorsEqualTheReferenceImplementationByteForByte() throws IOException {
    Path written = folder.resolve("written.safetensors");
    Safetensors.write(written, TRUTH);
    assertArrayEquals(
        Files.readAllBytes(Golden.file("golden.safetensors")), Files.readAllBytes(written));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hostile.pkl", "hostile.pth"})
  void aMaliciousPickleIsRefusedByName(String name) {
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> CheckpointReader.read(Golden.file(name)));
    assertTrue(fault.getMessage().contains("'posix.system'"), fault.getMessage());
    assertFalse(Files.exists(Path.of("executed.txt")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'os.system'               | cos\\nsystem\\n(S'id'\\ntR.",
        "'os.system'               | (S'id'\\nios\\nsystem\\n.",
        "'builtins.eval'           | cbuiltins\\neval\\n.",
        "opcode 0x6f               | (cnumpy\\nndarray\\no.",
        "opcode 0x82               | \\x80\\x02\\x82\\x01.",
        "holds no tensors          | \\x80\\x02ccollections\\nOrderedDict\\n)\\x81.",
        "that is no class          | \\x80\\x02}(X\\x01\\x00\\x00\\x00acnumpy\\nndarray\\n)\\x81u.",
        "named arguments           | \\x80\\x04ccollections\\nOrderedDict\\n)}U\\x01aNs\\x92.",
        "is not a list             | \\x80\\x02}Na.",
        "not a function            | cnumpy\\nndarray\\n)R.",
        "expected a dict           | \\x80\\x02].",
        "holds no tensors          | \\x80\\x02}.",
        "truncated                 | \\x80\\x02X\\xff\\xff\\xff\\x7fa",
        "truncated                 | \\x80\\x04\\x8e\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x7fa",
        "too early                 | \\x80\\x04\\x8e\\xff",
        "damaged at byte           | \\x80\\x02",
        "damaged at byte           | \\x80\\x02aaaa.",
        "dict key                  | \\x80\\x02}]Ns.",
        "end of line               | cos",
        "persistent id             | \\x80\\x02NQ.",
        "is no known checkpoint    | hello world",
        "only 6 are left           | \\x80\\x02T\\xff\\xff\\x00\\x00aa",
        "overflows                 | \\x80\\x02}U\\x01acnumpy.core.multiarray\\n_reconstruct\\n)R(K\\x01("
            + "\\x8a\\x06\\x00\\x00\\x00\\x00\\x00\\x01\\x8a\\x06\\x00\\x00\\x00\\x00\\x00\\x01"
            + "tcnumpy\\ndtype\\n(U\\x02f4tR\\x88U\\x00tbs.",
        "'bytes' and a ArrayList   | \\x80\\x04U\\x05bytes]\\x93.",
      })
  void hostileAndDamagedPicklesAreNamedFaults(String message, String pickle) throws IOException {
    assertFault(message, write(pickle));
  }

  /** With escapes for new lines and for bytes. */
  private Path write(String pickle) throws IOException {
    String unescaped =
        Pattern.compile("\\\\x(..)")
            .matcher(pickle.replace("\\n", "\n"))
            .replaceAll(
                match ->
                    Matcher.quoteReplacement(
                        String.valueOf((char) Integer.parseInt(match.group(1), 16))));
    return Files.write(folder.resolve("bad.pkl"), unescaped.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A list of 60 levels that each hold the next one twice: its text has 2^60 characters. */
  private static String doubled() {
    StringBuilder lists = new StringBuilder("]q\\x00");
    for (int i = 0; i < 60; i++) {
      lists.append("0](h\\x%02xh\\x%02xeq\\x%02x".formatted(i, i, i + 1));
    }
    return lists.toString();
  }

  @Test
  void whatIsNoTextIsNeverMadeOne() throws IOException {
    String tensor =
        "U\\x01acnumpy.core.multiarray\\nscalar\\n(cnumpy\\ndtype\\n(U\\x02f4tRU\\x04abcdtR";
    Checkpoint read =
        CheckpointReader.read(
            write(
                "\\x80\\x02}("
                    + tensor
                    + "U\\x0a__author__"
                    + doubled()
                    + "U\\x0c__metadata__}U\\x01b"
                    + doubled()
                    + "su."));
    assertEquals(Optional.empty(), read.author());
    assertEquals(Map.of(), read.state().metadata());
    String magic = "\\x80\\x02\\x8a\\x0a\\x6c\\xfc\\x9c\\x46\\xf9\\x20\\x6a\\xa8\\x50\\x19.";
    for (String pickle :
        List.of(
            "\\x80\\x04" + doubled() + "U\\x01a\\x93.",
            "\\x80\\x02c_codecs\\nencode\\n(U\\x01a" + doubled() + "tR.",
            magic + "\\x80\\x02" + doubled() + ".")) {
      assertFault("a ArrayList", write(pickle));
    }
  }

  @Test
  void endlessPicklesAreStopped() throws IOException {
    byte[] lists = new byte[20_000_000];
    Arrays.fill(lists, (byte) ']');
    lists[0] = (byte) 0x80;
    lists[1] = 2;
    assertFault("more than 4000000 steps", Files.write(folder.resolve("long.pkl"), lists));
  }

  @Test
  void repeatedCopiesOfOneStringAreStopped() throws IOException {
    StringBuilder pickle = new StringBuilder("\u0080\u0002]c_codecs\nencode\nq\u0000");
    pickle.append("X\u0000\u0000\u0001\u0000").append("a".repeat(1 << 16)).append("q\u0001");
    pickle.append("X\u0006\u0000\u0000\u0000latin1\u0086q\u0002R");
    pickle.append("h\u0000h\u0001X\u0006\u0000\u0000\u0000latin1\u0086R".repeat(1000)).append('.');
    Path file = folder.resolve("copies.pkl");
    Files.write(file, pickle.toString().getBytes(StandardCharsets.ISO_8859_1));
    assertFault("copies more bytes", file);
  }

  /** The program beside the tensors is left alone. */
  @Test
  void torchScriptArchivesHoldTheTensorsOfTheirModules() {
    StateDict truth = Safetensors.read(Golden.file("torchscript.safetensors"));
    StateDict got = CheckpointReader.read(Golden.file("torchscript.pt")).state();
    assertEquals(truth.keys(), got.keys());
    truth
        .asMap()
        .forEach((key, value) -> assertTrue(value.contentEquals(got.get(key)), key + got.get(key)));
  }

  @Test
  void zipsOutsideTheFormatAreNamedFaults() throws IOException {
    byte[] pickle = {(byte) 0x80, 2, '}', '.'};
    assertFault("holds no tensors", zip("a/data.pkl", pickle));
    assertFault("without <folder>/data.pkl", zip("data.pkl", pickle));
    assertFault("without <folder>/data.pkl", zip("a/b/data.pkl", pickle));
    assertFault("leaves its folder", zip("../data.pkl", pickle));
    assertFault("leaves its folder", zip("/data.pkl", pickle));
    assertFault("two pickles", zip("a/data.pkl", pickle, "b/data.pkl", pickle));
    assertFault("zip bomb", zip("a/data.pkl", pickle, "a/data/0", new byte[50_000_000]));
    assertFault("zip bomb", zip("a/data.pkl", new byte[50_000_000]));
    assertFault("holds no tensors", zip("a/data.pkl", pickle, "a/constants.pkl", pickle));
    String itself = "\u0080\u0002c__torch__\nA\n)\u0081q\0}(X\u0001\0\0\0ah\0ub.";
    assertFault(
        "stands in two places",
        zip("a/data.pkl", itself.getBytes(StandardCharsets.ISO_8859_1), "a/constants.pkl", pickle));
    assertFault(
        "big-endian",
        zip("a/data.pkl", pickle, "a/byteorder", "big".getBytes(StandardCharsets.US_ASCII)));
    Path broken = folder.resolve("broken.pth");
    Files.write(broken, "PK\u0003\u0004 not a zip".getBytes(StandardCharsets.ISO_8859_1));
    assertFault("damaged", broken);
  }

  /** A zip whose directory announces less than what unpacks, so that no sum of sizes finds it. */
  @Test
  void aZipBombThatHidesItsSizeIsNotUnpackedBeyondIt() throws IOException {
    Path file = zip("a/data.pkl", new byte[50_000_000]);
    byte[] bytes = Files.readAllBytes(file);
    int directory = -1;
    for (int i = 0; i < bytes.length - 4; i++) {
      if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 1 && bytes[i + 3] == 2) {
        directory = i;
      }
    }
    int sizeField = directory + 24;
    Arrays.fill(bytes, sizeField, sizeField + Integer.BYTES, (byte) 0);
    bytes[sizeField] = 16;
    assertFault("case.pth", Files.write(file, bytes));
  }

  @Test
  void shardsMayNotLeaveTheFolderNorBeIndices() throws IOException {
    Path index = folder.resolve("model.safetensors.index.json");
    for (String shard : List.of("../x", "/etc/x", "C:x", "", "..", "a/b")) {
      Files.writeString(index, "{\"weight_map\":{\"a\":\"" + shard + "\"}}");
      assertFault("expected a plain file name", index);
    }
    Files.writeString(index, "{\"weight_map\":{\"a\":\"model.safetensors.index.json\"}}");
    assertFault("an index itself", index);
    Files.writeString(index, "{\"metadata\":{}}");
    assertFault("no weight_map", index);
    Files.writeString(index, "{\"weight_map\":{\"a\":\"m.safetensors\"}}");
    Safetensors.write(
        folder.resolve("m.safetensors"),
        StateDict.of(Map.of("b", HostTensor.ofFloats(new float[] {1}, 1))));
    assertFault("'a' is in m.safetensors, but it is not there", index);
  }

  private Path zip(Object... namesAndContents) throws IOException {
    Path file = folder.resolve("case.pth");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        zip.putNextEntry(new ZipEntry((String) namesAndContents[i]));
        zip.write((byte[]) namesAndContents[i + 1]);
        zip.closeEntry();
      }
    }
    return file;
  }

  private static void assertFault(String message, Path file) {
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> CheckpointReader.read(file));
    assertTrue(fault.getMessage().contains(message), fault.getMessage());
    assertTrue(fault.getMessage().contains(file.getFileName().toString()), fault.getMessage());
  }

  private static void assertSameTensors(StateDict state, int count) {
    assertEquals(count, state.size());
    List<String> different = new ArrayList<>();
    state
        .asMap()
        .forEach(
            (key, tensor) -> {
              if (!TRUTH.get(key).contentEquals(tensor)) {
                different.add(key + " " + tensor + ", expected " + TRUTH.get(key));
              }
            });
    assertEquals(List.of(), different);
  }
}
