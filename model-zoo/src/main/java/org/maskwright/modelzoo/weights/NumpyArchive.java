package org.maskwright.modelzoo.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The arrays of a numpy file: {@code .npz} with several by name, or {@code .npy} with one, called
 * {@value #UNNAMED}. Numbers and texts, row-major and little-endian; objects, which are pickles,
 * are refused.
 *
 * <p><b>Source</b> {@code numpy.lib.format}, versions 1 to 3
 */
public final class NumpyArchive {
  /** What numpy calls the first array without a name. */
  public static final String UNNAMED = "arr_0";

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final String SUFFIX = ".npy";
  private static final int MAX_ARRAYS = 10_000;
  private static final int MAX_HEADER_BYTES = 1 << 20;
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)(\\w+)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d,\\s]*)\\)");

  private final Map<String, HostTensor> numbers = new LinkedHashMap<>();
  private final Map<String, List<String>> texts = new LinkedHashMap<>();

  private NumpyArchive() {}

  /** Whether a file starts as a zip or as a {@code .npy}. */
  public static boolean recognises(Path file) {
    MappedFile.requireRegular(file);
    try (var in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(MAGIC.length);
      return Arrays.equals(start, MAGIC)
          || (start.length > 1 && start[0] == 'P' && start[1] == 'K');
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e, e);
    }
  }

  /**
   * Reads all arrays.
   *
   * @throws CheckpointException if it is no such file, is damaged, or holds something else
   */
  public static NumpyArchive read(Path file) {
    MappedFile.requireRegular(file);
    NumpyArchive archive = new NumpyArchive();
    try {
      ByteBuffer whole = start(file);
      if (isNpy(whole)) {
        archive.add(UNNAMED, ByteBuffer.wrap(Files.readAllBytes(file)));
      } else {
        archive.readZip(file);
      }
    } catch (CheckpointException e) {
      throw e.in(file);
    } catch (IOException | ArithmeticException | IllegalArgumentException e) {
      throw new CheckpointException(file, "the numpy file is damaged: " + e, e);
    }
    return archive;
  }

  private static ByteBuffer start(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return ByteBuffer.wrap(in.readNBytes(MAGIC.length));
    }
  }

  private static boolean isNpy(ByteBuffer start) {
    return start.equals(ByteBuffer.wrap(MAGIC));
  }

  private void readZip(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      long announced = 0;
      List<? extends ZipEntry> entries = Collections.list(zip.entries());
      for (ZipEntry entry : entries) {
        announced = Math.addExact(announced, Math.max(0, entry.getSize()));
      }
      if (announced > TorchZipReader.mostInflated(Files.size(file))
          || entries.size() > MAX_ARRAYS) {
        throw new CheckpointException(
            "%d arrays of %d bytes together out of a file of %d bytes; refused as a zip bomb"
                .formatted(entries.size(), announced, Files.size(file)));
      }
      for (ZipEntry entry : entries) {
        if (!entry.getName().endsWith(SUFFIX)) {
          throw new CheckpointException(
              "expected an .npz, in which all is NAME.npy, got '" + entry.getName() + "'");
        }
        String name = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
        add(name, content(zip, entry));
      }
    }
  }

  private static ByteBuffer content(ZipFile zip, ZipEntry entry) throws IOException {
    if (entry.getSize() < 0 || entry.getSize() > Integer.MAX_VALUE) {
      throw new CheckpointException(
          "'" + entry.getName() + "' takes " + entry.getSize() + " bytes, above 2 GiB");
    }
    try (var in = zip.getInputStream(entry)) {
      byte[] all = in.readNBytes((int) entry.getSize());
      CRC32 crc = new CRC32();
      crc.update(all);
      if (all.length != entry.getSize() || in.read() != -1 || crc.getValue() != entry.getCrc()) {
        throw new CheckpointException(
            "'" + entry.getName() + "' is not what its checksum and size say; the file is damaged");
      }
      return ByteBuffer.wrap(all);
    }
  }

  private void add(String name, ByteBuffer bytes) {
    try {
      addArray(name, bytes.order(ByteOrder.LITTLE_ENDIAN));
    } catch (CheckpointException e) {
      throw new CheckpointException("array '" + name + "': " + e.getMessage(), e);
    }
  }

  private void addArray(String name, ByteBuffer bytes) {
    String header = header(bytes);
    Matcher type = found(TYPE, header);
    if (found(ORDER, header).group(1).equals("True")) {
      throw new CheckpointException(
          "is column-major; save numpy.ascontiguousarray(array) in its place");
    }
    long[] shape =
        Arrays.stream(found(SHAPE, header).group(1).split(","))
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    String code = type.group(2);
    if (type.group(1).equals(">")) {
      throw new CheckpointException("is big-endian; save array.astype('<" + code + "')");
    }
    if (code.startsWith("U")) {
      texts.put(name, strings(bytes, Integer.parseInt(code.substring(1)), shape));
    } else if (code.startsWith("O")) {
      throw new CheckpointException(
          "holds Python objects, which are pickles; save texts as numpy.array(list, dtype=str)");
    } else {
      numbers.put(name, HostTensor.of(NumpyPickles.typeOf(code), shape, bytes));
    }
  }

  private static String header(ByteBuffer bytes) {
    if (bytes.remaining() < MAGIC.length + 4 || !isNpy(bytes.slice(0, MAGIC.length))) {
      throw new CheckpointException("expected the start of a .npy, got something else");
    }
    bytes.position(MAGIC.length);
    int major = bytes.get();
    bytes.get();
    boolean wide = major > 1;
    if (wide && bytes.remaining() < Integer.BYTES) {
      throw new CheckpointException("is cut off in its header");
    }
    long length = wide ? Integer.toUnsignedLong(bytes.getInt()) : bytes.getShort() & 0xffff;
    if (length > Math.min(bytes.remaining(), MAX_HEADER_BYTES)) {
      throw new CheckpointException("is cut off in its header of " + length + " bytes");
    }
    byte[] text = new byte[(int) length];
    bytes.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static Matcher found(Pattern pattern, String header) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new CheckpointException(
          "expected an array of numbers or texts, got the header " + header.strip());
    }
    return matcher;
  }

  /** UTF-32 of a fixed length, filled up with zeros. */
  private static List<String> strings(ByteBuffer bytes, int length, long[] shape) {
    long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    long size = Math.multiplyExact(Math.multiplyExact(count, length), Integer.BYTES);
    if (shape.length > 1 || size != bytes.remaining()) {
      throw new CheckpointException(
          "expected one axis of texts and %d bytes of them, got shape %s and %d"
              .formatted(size, Arrays.toString(shape), bytes.remaining()));
    }
    List<String> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      for (int c = 0; c < length; c++) {
        int point = bytes.getInt();
        if (point == 0) {
          continue;
        }
        if (!Character.isValidCodePoint(point)) {
          throw new CheckpointException(
              "text " + i + " holds " + point + ", which is no character");
        }
        text.appendCodePoint(point);
      }
      values.add(text.toString());
    }
    return values;
  }

  /** Names of all arrays. */
  public Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>(numbers.keySet());
    keys.addAll(texts.keySet());
    return keys;
  }

  /**
   * An array of numbers.
   *
   * @throws CheckpointException if there is none of that name
   */
  public HostTensor tensor(String name) {
    HostTensor tensor = numbers.get(name);
    if (tensor == null) {
      throw new CheckpointException("expected an array of numbers '" + name + "', got " + keys());
    }
    return tensor;
  }

  /**
   * An array of texts, of one axis.
   *
   * @throws CheckpointException if there is none of that name
   */
  public List<String> texts(String name) {
    List<String> values = texts.get(name);
    if (values == null) {
      throw new CheckpointException("expected an array of texts '" + name + "', got " + keys());
    }
    return values;
  }
}
