package org.maskwright.modelzoo.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;

/**
 * What a zip archive says about its entries' bytes, held against the bytes: entries lie apart, and
 * their CRC-32 is right.
 *
 * <p>PyTorch writes 0 in place of every checksum where it is told to compute none ({@code
 * torch.serialization.set_crc32_options(False)}); of such an archive nothing can be checked.
 */
public final class ZipIntegrity {
  private static final long LOCAL_HEADER_BYTES = 30;

  private final Path file;
  private final boolean hasChecksums;

  /**
   * Checks where the entries lie.
   *
   * @param file the archive, named in faults
   * @param entries all of it
   * @throws CheckpointException if two of them share bytes of the file
   */
  public ZipIntegrity(Path file, Collection<ZipArchiveEntry> entries) {
    this.file = file;
    hasChecksums = entries.stream().anyMatch(entry -> entry.getCrc() != 0);
    List<ZipArchiveEntry> ordered =
        entries.stream().sorted(Comparator.comparingLong(ZipArchiveEntry::getDataOffset)).toList();
    for (int i = 1; i < ordered.size(); i++) {
      ZipArchiveEntry before = ordered.get(i - 1);
      ZipArchiveEntry entry = ordered.get(i);
      long header = LOCAL_HEADER_BYTES + entry.getRawName().length; // and fields of any length
      if (before.getDataOffset() + before.getCompressedSize() > entry.getDataOffset() - header) {
        throw new CheckpointException(
            file,
            "zip entries '%s' and '%s' share bytes of the file; refused"
                .formatted(before.getName(), entry.getName()));
      }
    }
  }

  /**
   * Checks the bytes of an entry.
   *
   * @param content position to limit, which stay as they are
   * @throws CheckpointException if their CRC-32 is not the archive's
   */
  public void check(ZipArchiveEntry entry, ByteBuffer content) {
    if (!hasChecksums) {
      return;
    }
    CRC32 crc = new CRC32();
    crc.update(content.duplicate());
    if (crc.getValue() != entry.getCrc()) {
      throw new CheckpointException(
          file,
          ("zip entry '%s': expected CRC-32 %08x, got %08x; the file was damaged after it was"
                  + " written: fetch or copy it again")
              .formatted(entry.getName(), entry.getCrc(), crc.getValue()));
    }
  }

  /** The same bytes, checked when they are asked for the first time. */
  Supplier<ByteBuffer> checked(ZipArchiveEntry entry, Supplier<ByteBuffer> content) {
    return new Supplier<>() {
      private volatile boolean right;

      @Override
      public ByteBuffer get() {
        ByteBuffer bytes = content.get();
        if (!right) {
          check(entry, bytes);
          right = true;
        }
        return bytes;
      }
    };
  }
}
