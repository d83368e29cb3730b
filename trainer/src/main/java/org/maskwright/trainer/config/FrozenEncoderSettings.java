package org.maskwright.trainer.config;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.encoder.DiskFeatures;
import org.maskwright.modelzoo.encoder.FeatureStore;
import org.maskwright.modelzoo.encoder.MemoryFeatures;
import org.maskwright.settings.Doc;

/** Whether the backbone's encoder learns, and if not, what becomes of its features. */
@Doc(
    "Whether the backbone's encoder stays as its weights are, and what becomes of its features then: off (it learns),"
        + " compute (anew in each step), memory or disk (once for each view of a picture, and kept). See"
        + " docs/frozen-encoder.md.")
public sealed interface FrozenEncoderSettings {
  /** Whether the encoder stays as it is. */
  default boolean isFrozen() {
    return true;
  }

  /** Whether features are kept, which needs views that come again. */
  default boolean keepsFeatures() {
    return true;
  }

  /**
   * Where features are kept.
   *
   * @param encoder tells this encoder, on this kind of engine, from others
   * @param notes for the user, a line each
   */
  FeatureStore open(Engine engine, String encoder, Consumer<String> notes);

  /** What becomes of the features, in words. */
  String inWords();

  private static void requireLimit(int limit) {
    Ranges.require(limit >= 1, "limit", "at least 1 MiB", limit);
  }

  private static long bytes(int mib) {
    return (long) mib << 20;
  }

  /** All of the backbone learns. */
  record Off() implements FrozenEncoderSettings {
    @Override
    public boolean isFrozen() {
      return false;
    }

    @Override
    public boolean keepsFeatures() {
      return false;
    }

    @Override
    public FeatureStore open(Engine engine, String encoder, Consumer<String> notes) {
      throw new IllegalStateException("the encoder is not frozen");
    }

    @Override
    public String inWords() {
      return "not kept";
    }
  }

  /** Features are computed in each step. */
  record Compute() implements FrozenEncoderSettings {
    @Override
    public boolean keepsFeatures() {
      return false;
    }

    @Override
    public FeatureStore open(Engine engine, String encoder, Consumer<String> notes) {
      return FeatureStore.NONE;
    }

    @Override
    public String inWords() {
      return "its features are computed in each step";
    }
  }

  /** Features are kept in memory. */
  record Memory(
      @Doc(
              "Most that features may take of the engine's memory, in MiB; those beyond are computed each time.")
          int limit)
      implements FrozenEncoderSettings {
    /** Checks the range. */
    public Memory {
      requireLimit(limit);
    }

    @Override
    public FeatureStore open(Engine engine, String encoder, Consumer<String> notes) {
      return new MemoryFeatures(bytes(limit), notes);
    }

    @Override
    public String inWords() {
      return "its features are kept in memory, up to %d MiB".formatted(limit);
    }
  }

  /** Features are kept in files. */
  record Disk(
      @Doc(
              "Folder of the files, in it one for each encoder; other runs use them too. Whoever needs the space deletes it.")
          Path folder,
      @Doc(
              "Most that the files of an encoder may take, in MiB; features beyond are computed each time.")
          int limit)
      implements FrozenEncoderSettings {
    /** Checks the range. */
    public Disk {
      requireLimit(limit);
    }

    @Override
    public FeatureStore open(Engine engine, String encoder, Consumer<String> notes) {
      return new DiskFeatures(engine, folder.resolve(encoder), bytes(limit), notes);
    }

    @Override
    public String inWords() {
      return "its features are kept in %s, up to %d MiB".formatted(folder, limit);
    }
  }
}
