package org.maskwright.datasets.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.annotation.Tally;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;
import org.maskwright.settings.Registry;

/**
 * Writes a data set in another layout, photographs included, without loss of what the target can
 * hold. What it cannot hold is counted and told.
 *
 * <p><b>Memory</b> one image at a time.
 */
public final class Conversion {
  private Conversion() {}

  /**
   * What was written.
   *
   * @param lost what the target cannot hold, one line for each kind
   */
  public record Report(int images, long objects, List<String> lost) {
    public Report {
      lost = List.copyOf(lost);
    }
  }

  /** The names of the targets. */
  public static List<String> targets() {
    return Registry.of(ConversionTarget.class).names();
  }

  /**
   * The target of a name.
   *
   * @throws IllegalArgumentException if there is none, with the nearest name and all of them
   */
  public static ConversionTarget target(String name) {
    return Registry.of(ConversionTarget.class).get(name);
  }

  /**
   * Converts. The folder appears when all is written, or not at all.
   *
   * @param parts the data set's parts by their names, "" for one that is not divided
   * @param out a folder that does not exist, or is empty
   * @throws DatasetException if the data cannot be read, or classes of one name are a thing in one
   *     part and not in another
   * @throws OutputException if the folder is not empty or cannot be written
   */
  public static Report write(Map<String, Dataset> parts, ConversionTarget target, Path out) {
    requireEmpty(out);
    Categories categories = common(parts.values().stream().map(Dataset::categories).toList());
    List<ConversionPart> converted = new ArrayList<>();
    parts.forEach((name, dataset) -> converted.add(new ConversionPart(name, dataset, categories)));
    Path whole = out.toAbsolutePath();
    Path beside = whole.resolveSibling("." + UUID.randomUUID() + ".tmp");
    OutputFile.createFolder(beside);
    Tally tally = new Tally();
    try {
      target.write(beside, converted, tally);
      Files.deleteIfExists(whole);
      Files.move(beside, whole);
    } catch (IOException e) {
      throw OutputFile.failure(out, e);
    } finally {
      remove(beside);
    }
    return new Report(tally.images(), tally.objects(), tally.losses());
  }

  private static void requireEmpty(Path out) {
    if (!Files.exists(out)) {
      return;
    }
    try (Stream<Path> files = Files.isDirectory(out) ? Files.list(out) : Stream.of(out)) {
      if (files.findAny().isPresent()) {
        throw new OutputException(
            out,
            "expected a folder that does not exist or is empty; name another with --out",
            null);
      }
    } catch (IOException e) {
      throw OutputFile.failure(out, e);
    }
  }

  private static void remove(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw OutputFile.failure(folder, e);
    }
  }

  /** The classes of all parts by their names; with the files' ids where these agree. */
  private static Categories common(List<Categories> all) {
    Map<String, Category> byName = new LinkedHashMap<>();
    for (Categories categories : all) {
      for (Category category : categories) {
        Category before = byName.putIfAbsent(category.name(), category);
        if (before != null && before.thing() != category.thing()) {
          throw new DatasetException(
              "the class \"%s\" is a thing in one part and not in another"
                  .formatted(category.name()));
        }
      }
    }
    Set<Integer> ids = new LinkedHashSet<>();
    byName.values().forEach(category -> ids.add(category.id()));
    if (ids.size() == byName.size()) {
      return Categories.of(List.copyOf(byName.values()));
    }
    List<Category> renumbered = new ArrayList<>();
    for (Category c : byName.values()) {
      renumbered.add(new Category(renumbered.size() + 1, c.name(), c.thing(), c.rgb()));
    }
    return Categories.of(renumbered);
  }
}
