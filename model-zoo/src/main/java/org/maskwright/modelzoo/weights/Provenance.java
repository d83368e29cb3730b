package org.maskwright.modelzoo.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.files.Sha256;

/**
 * Where weights come from. Travels in the metadata of every safetensors file that Maskwright
 * writes, so that an exported file still names its origin and the licence note.
 *
 * @param source file name (without its folder)
 * @param sha256 of the file; of all files one after another for a sharded checkpoint
 * @param format container, e.g. "torch zip"
 * @param family ecosystem of the key names
 * @param author the file's author field, or ""
 * @param licence what is known about the licence
 */
public record Provenance(
    String source, String sha256, String format, String family, String author, String licence) {
  private static final String PREFIX = "maskwright.";

  /**
   * As the file says, if Maskwright wrote it; else of the file.
   *
   * @param licence asked for if the file itself names none
   */
  public static Provenance of(
      Checkpoint checkpoint, CheckpointFamily family, Supplier<String> licence) {
    Map<String, String> metadata = checkpoint.state().metadata();
    return from(metadata)
        .orElseGet(
            () ->
                new Provenance(
                    String.valueOf(checkpoint.file().getFileName()),
                    sha256(checkpoint.files()),
                    checkpoint.format().toString(),
                    family.title(),
                    checkpoint.author().orElse(""),
                    Optional.ofNullable(metadata.get("license")).orElseGet(licence)));
  }

  /** The provenance in a file's metadata, if Maskwright wrote it. */
  public static Optional<Provenance> from(Map<String, String> metadata) {
    if (!metadata.containsKey(PREFIX + "sha256")) {
      return Optional.empty();
    }
    return Optional.of(
        new Provenance(
            metadata.getOrDefault(PREFIX + "source", ""),
            metadata.get(PREFIX + "sha256"),
            metadata.getOrDefault(PREFIX + "format", ""),
            metadata.getOrDefault(PREFIX + "family", ""),
            metadata.getOrDefault(PREFIX + "author", ""),
            metadata.getOrDefault(PREFIX + "licence", "")));
  }

  /** For {@link StateDict#withMetadata}; {@code format: pt} is what Hugging Face expects. */
  public Map<String, String> toMetadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    metadata.put(PREFIX + "source", source);
    metadata.put(PREFIX + "sha256", sha256);
    metadata.put(PREFIX + "format", format);
    metadata.put(PREFIX + "family", family);
    metadata.put(PREFIX + "author", author);
    metadata.put(PREFIX + "licence", licence);
    return metadata;
  }

  /** SHA-256 of the files' bytes one after another, in hexadecimal. */
  public static String sha256(List<Path> files) {
    try {
      return Sha256.of(files);
    } catch (IOException e) {
      throw new CheckpointException(files.get(0), "cannot be read: " + e, e);
    }
  }
}
