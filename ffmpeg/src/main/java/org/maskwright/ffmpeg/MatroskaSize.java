package org.maskwright.ffmpeg;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.maskwright.datasets.DatasetException;

/**
 * Whether a Matroska or WebM file is shorter than it says, of which FFmpeg makes nothing.
 *
 * <p><b>Source</b> RFC 8794 (EBML), section 6: an element is an id, a size and the content; ids and
 * sizes begin with as many zero bits as bytes follow the first.
 */
final class MatroskaSize {
  private static final int SEGMENT = 0x18538067;

  private MatroskaSize() {}

  /** A file whose size was not known when it was written, such as a live recording, never is. */
  static boolean isCutOff(Path file) {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      Element head = Element.read(in);
      in.skipNBytes(head.content);
      Element segment = Element.read(in);
      return segment.id == SEGMENT
          && !segment.isOpen
          && head.bytes + head.content + segment.bytes + segment.content > Files.size(file);
    } catch (EOFException e) {
      return true;
    } catch (IOException e) {
      throw DatasetException.ofFile(file, "cannot be read: " + e, e);
    }
  }

  /**
   * The beginning of an element.
   *
   * @param bytes of id and size
   * @param content bytes that follow
   * @param isOpen whether its size is unknown
   */
  private record Element(long id, int bytes, long content, boolean isOpen) {
    static Element read(DataInputStream in) throws IOException {
      int first = in.readUnsignedByte();
      int idBytes = length(first);
      long id = rest(in, first, idBytes);
      int start = in.readUnsignedByte();
      int sizeBytes = length(start);
      long ones = (1L << 7 * sizeBytes) - 1;
      long size = rest(in, start, sizeBytes) & ones;
      return new Element(id, idBytes + sizeBytes, size, size == ones);
    }

    private static int length(int first) {
      return Integer.numberOfLeadingZeros(first) - (Integer.SIZE - Byte.SIZE) + 1;
    }

    private static long rest(DataInputStream in, int first, int bytes) throws IOException {
      long value = first;
      for (int i = 1; i < bytes; i++) {
        value = value << Byte.SIZE | in.readUnsignedByte();
      }
      return value;
    }
  }
}
