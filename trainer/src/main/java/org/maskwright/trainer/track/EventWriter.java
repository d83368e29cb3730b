package org.maskwright.trainer.track;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import org.maskwright.files.ProtoMessage;

/**
 * Writes scalars as a TensorBoard event file.
 *
 * <p>Each writer makes a file of its own; TensorBoard shows all files of a folder as one run, so a
 * resumed run simply makes a second writer. Where steps were repeated, TensorBoard shows the later
 * file's values.
 *
 * <p><b>Source</b> tensorflow/core/util/event.proto, framework/summary.proto, lib/io/record_writer.
 *
 * <p><b>Threads</b> Not thread-safe.
 */
final class EventWriter implements Tracker {
  private static final String FILE_VERSION = "brain.Event:2";
  private static final int CRC_MASK_DELTA = 0xa282ead8;
  private static final int NANOS_DIGITS = 1_000_000_000;

  private final Clock clock;
  private final OutputStream out;

  /**
   * Opens a new event file in a folder, which is made if missing.
   *
   * @throws IOException if the file cannot be made
   */
  EventWriter(Path folder) throws IOException {
    this(folder, Clock.systemUTC());
  }

  EventWriter(Path folder, Clock clock) throws IOException {
    this.clock = clock;
    Files.createDirectories(folder);
    Path file = newFile(folder, clock.instant().getEpochSecond());
    this.out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.WRITE));
    record(
        new ProtoMessage()
            .float64(1, wallTime())
            .bytes(3, FILE_VERSION.getBytes(StandardCharsets.UTF_8)));
    out.flush();
  }

  /**
   * Writes numbers of a step, tagged {@code kind/name}, and hands them to the operating system, so
   * that a running TensorBoard sees them. One that is not finite is left out: TensorBoard has no
   * way to say that there was nothing to measure.
   */
  @Override
  public void numbers(String kind, long step, Map<String, Double> values) throws IOException {
    var summary = new ProtoMessage();
    for (Map.Entry<String, Double> e : values.entrySet()) {
      if (Double.isFinite(e.getValue())) {
        String tag = kind + "/" + e.getKey();
        summary.message(1, value(tag).float32(2, e.getValue().floatValue()));
      }
    }
    event(step, summary);
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private static ProtoMessage value(String tag) {
    return new ProtoMessage().text(1, tag);
  }

  private void event(long step, ProtoMessage summary) throws IOException {
    record(new ProtoMessage().float64(1, wallTime()).number(2, step).message(5, summary));
  }

  /** One TFRecord: length, its checksum, the bytes, their checksum. */
  private void record(ProtoMessage event) throws IOException {
    byte[] data = event.toByteArray();
    ByteBuffer head =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(data.length);
    head.putInt(maskedCrc(head.array(), Long.BYTES));
    ByteBuffer tail = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    tail.putInt(maskedCrc(data, data.length));
    out.write(head.array());
    out.write(data);
    out.write(tail.array());
  }

  /** CRC-32C, rotated and offset so that a checksum of data holding checksums stays strong. */
  static int maskedCrc(byte[] data, int length) {
    var crc = new CRC32C();
    crc.update(data, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK_DELTA;
  }

  private double wallTime() {
    Instant now = clock.instant();
    return now.getEpochSecond() + now.getNano() / (double) NANOS_DIGITS;
  }

  private static Path newFile(Path folder, long seconds) throws IOException {
    for (int n = 0; ; n++) {
      String name =
          String.format(Locale.ROOT, "events.out.tfevents.%010d.maskwright.%d", seconds, n);
      Path file = folder.resolve(name);
      if (!Files.exists(file)) {
        return Files.createFile(file);
      }
    }
  }
}
