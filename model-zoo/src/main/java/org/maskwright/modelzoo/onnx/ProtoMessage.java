package org.maskwright.modelzoo.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.maskwright.files.OutputFile;

/**
 * A message in the wire format of protocol buffers: fields with their numbers, as a writer needs
 * them. Large contents are asked for when they are written.
 *
 * <p><b>Source</b> the encoding's description at protobuf.dev
 */
final class ProtoMessage {
  private static final int VARINT = 0;
  private static final int DELIMITED = 2;
  private static final int FIXED_32 = 5;
  private static final int TYPE_BITS = 3;
  private static final int GROUP_BITS = 7;
  private static final int MORE = 0x80;

  private final List<Supplier<ByteBuffer>> pieces = new ArrayList<>();
  private ByteArrayOutputStream open = new ByteArrayOutputStream();
  private long closedBytes;

  /** Bytes of the message. */
  long size() {
    return closedBytes + open.size();
  }

  private void raw(long value) {
    long rest = value;
    while ((rest & -MORE) != 0) {
      open.write((int) ((rest & (MORE - 1)) | MORE));
      rest >>>= GROUP_BITS;
    }
    open.write((int) rest);
  }

  private void tag(int field, int type) {
    raw(((long) field << TYPE_BITS) | type);
  }

  ProtoMessage number(int field, long value) {
    tag(field, VARINT);
    raw(value);
    return this;
  }

  ProtoMessage float32(int field, float value) {
    tag(field, FIXED_32);
    open.writeBytes(
        ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
    return this;
  }

  ProtoMessage text(int field, String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    tag(field, DELIMITED);
    raw(utf8.length);
    open.writeBytes(utf8);
    return this;
  }

  ProtoMessage message(int field, ProtoMessage value) {
    tag(field, DELIMITED);
    raw(value.size());
    closeOpen();
    value.closeOpen();
    pieces.addAll(value.pieces);
    closedBytes += value.closedBytes;
    return this;
  }

  /**
   * Bytes that are made when they are written.
   *
   * @param size how many
   */
  ProtoMessage bytes(int field, long size, Supplier<ByteBuffer> content) {
    tag(field, DELIMITED);
    raw(size);
    closeOpen();
    pieces.add(content);
    closedBytes += size;
    return this;
  }

  private void closeOpen() {
    byte[] made = open.toByteArray();
    pieces.add(() -> ByteBuffer.wrap(made));
    closedBytes += made.length;
    open = new ByteArrayOutputStream();
  }

  void writeTo(FileChannel channel) throws IOException {
    closeOpen();
    for (Supplier<ByteBuffer> piece : pieces) {
      OutputFile.writeFully(channel, piece.get());
    }
  }
}
