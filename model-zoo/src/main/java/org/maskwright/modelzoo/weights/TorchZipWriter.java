package org.maskwright.modelzoo.weights;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;

/**
 * Writes {@code {"model": {name: tensor}}} as PyTorch 1.6 and later do, readable by {@code
 * torch.load(..., weights_only=True)} and by detectron2's checkpointer. The same tensors give the
 * same bytes. The file appears whole or not at all.
 */
public final class TorchZipWriter {
  private static final String ROOT = "archive/";
  private static final int COPY_BYTES = 1 << 16;

  private TorchZipWriter() {}

  /**
   * Writes the tensors; metadata becomes {@code __metadata__} beside them.
   *
   * @throws OutputException if the file cannot be written
   */
  public static void write(Path file, StateDict state) {
    OutputFile.writeDurably(
        file,
        channel -> {
          // Not closed: the channel belongs to the caller, who syncs it.
          ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(channel));
          put(zip, "data.pkl", ByteBuffer.wrap(pickle(state)));
          put(zip, "byteorder", text("little"));
          int index = 0;
          for (HostTensor tensor : state.values()) {
            put(zip, "data/" + index++, tensor.bytes());
          }
          put(zip, "version", text("3\n"));
          zip.finish();
        });
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Stored, not compressed: PyTorch maps the data. */
  private static void put(ZipOutputStream zip, String name, ByteBuffer bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes.duplicate());
    ZipEntry entry = new ZipEntry(ROOT + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.remaining());
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    copy(bytes, zip);
    zip.closeEntry();
  }

  private static void copy(ByteBuffer bytes, OutputStream out) throws IOException {
    ByteBuffer rest = bytes.duplicate();
    byte[] chunk = new byte[Math.min(COPY_BYTES, rest.remaining())];
    while (rest.hasRemaining()) {
      int count = Math.min(chunk.length, rest.remaining());
      rest.get(chunk, 0, count);
      out.write(chunk, 0, count);
    }
  }

  /** Protocol 2, the one that {@code weights_only} accepts everywhere. */
  private static byte[] pickle(StateDict state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Emitter out = new Emitter(new DataOutputStream(bytes));
    out.raw("\u0080\u0002}(");
    out.text("model");
    out.raw("}(");
    int index = 0;
    for (Map.Entry<String, HostTensor> entry : state.asMap().entrySet()) {
      out.text(entry.getKey());
      out.tensor(entry.getValue(), index++);
    }
    out.raw("u");
    out.text("__author__");
    out.text("Maskwright");
    if (!state.metadata().isEmpty()) {
      out.text("__metadata__");
      out.raw("}(");
      for (Map.Entry<String, String> entry : state.metadata().entrySet()) {
        out.text(entry.getKey());
        out.text(entry.getValue());
      }
      out.raw("u");
    }
    out.raw("u.");
    return bytes.toByteArray();
  }

  private record Emitter(DataOutputStream out) {
    void raw(String opcodes) throws IOException {
      out.write(opcodes.getBytes(StandardCharsets.ISO_8859_1));
    }

    void text(String text) throws IOException {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      raw("X");
      out.write(
          ByteBuffer.allocate(Integer.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(utf8.length)
              .array());
      out.write(utf8);
    }

    /**
     * BININT where it fits, else LONG1 of 8 bytes; the text opcodes are refused by weights_only.
     */
    void number(long value) throws IOException {
      boolean small = value == (int) value;
      ByteBuffer bytes =
          ByteBuffer.allocate(small ? Integer.BYTES : Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      if (small) {
        raw("J");
        out.write(bytes.putInt((int) value).array());
      } else {
        raw("\u008a\u0008");
        out.write(bytes.putLong(value).array());
      }
    }

    void numbers(long[] values) throws IOException {
      raw("(");
      for (long value : values) {
        number(value);
      }
      raw("t");
    }

    void tensor(HostTensor tensor, int index) throws IOException {
      raw("ctorch._utils\n_rebuild_tensor_v2\n((");
      text("storage");
      raw("ctorch\n" + TorchStorage.Kind.of(tensor.type()).storageName() + "\n");
      text(Integer.toString(index));
      text("cpu");
      number(tensor.elementCount());
      raw("tQ");
      number(0);
      numbers(tensor.shape());
      numbers(strides(tensor.shape()));
      raw("\u0089ccollections\nOrderedDict\n)RtR");
    }

    private static long[] strides(long[] shape) {
      long[] strides = new long[shape.length];
      long stride = 1;
      for (int i = shape.length - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= Math.max(shape[i], 1);
      }
      return strides;
    }
  }
}
