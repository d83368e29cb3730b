package org.maskwright.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A message in the wire format of protocol buffers: fields with their numbers, as a writer needs
 * them. Large contents are asked for when they are written.
 *
 * <p><b>Source</b> the encoding's description at protobuf.dev
 */
public final class ProtoMessage {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int DELIMITED = 2;
  private static final int FIXED_32 = 5;
  private static final int TYPE_BITS = 3;
  private static final int GROUP_BITS = 7;
  private static final int MORE = 0x80;

  private final List<Supplier<ByteBuffer>> pieces = new ArrayList<>();
  private ByteArrayOutputStream open = new ByteArrayOutputStream();
  private long closedBytes;

  /** Bytes of the message. */
  public long size() {
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

  /** A whole number, of any type but those with a sign bit in front (sint) or of fixed size. */
  public ProtoMessage number(int field, long value) {
    tag(field, VARINT);
    raw(value);
    return this;
  }

  /** A float. */
  public ProtoMessage float32(int field, float value) {
    tag(field, FIXED_32);
    open.writeBytes(little(Float.BYTES).putFloat(value).array());
    return this;
  }

  /** A double. */
  public ProtoMessage float64(int field, double value) {
    tag(field, FIXED_64);
    open.writeBytes(little(Double.BYTES).putDouble(value).array());
    return this;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A string. */
  public ProtoMessage text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes. */
  public ProtoMessage bytes(int field, byte[] value) {
    tag(field, DELIMITED);
    raw(value.length);
    open.writeBytes(value);
    return this;
  }

  /** A message, which is not added to any more. */
  public ProtoMessage message(int field, ProtoMessage value) {
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
  public ProtoMessage bytes(int field, long size, Supplier<ByteBuffer> content) {
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

  /** All bytes at once, of a message that is small enough. */
  public byte[] toByteArray() {
    closeOpen();
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(closedBytes));
    pieces.forEach(piece -> out.put(piece.get()));
    return out.array();
  }

  /** Writes all bytes where the channel is. */
  public void writeTo(FileChannel channel) throws IOException {
    closeOpen();
    for (Supplier<ByteBuffer> piece : pieces) {
      OutputFile.writeFully(channel, piece.get());
    }
  }
}
