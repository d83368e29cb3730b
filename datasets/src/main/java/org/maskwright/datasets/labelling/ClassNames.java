package org.maskwright.datasets.labelling;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.settings.Names;

/** The classes of a tool that writes them by name, and which of them an object has. */
final class ClassNames {
  private final List<String> names;

  private ClassNames(List<String> names) {
    this.names = names;
  }

  /** Those that the user or the tool lists, in that order; else those that occur, sorted. */
  static ClassNames of(
      DatasetSettings settings, Collection<String> listed, Collection<String> occurring) {
    List<String> own = ShapeDataset.ownClasses(settings);
    if (!own.isEmpty()) {
      Set<String> used = Set.copyOf(occurring);
      List<String> kept = new ArrayList<>(own);
      kept.removeIf(name -> isLabelme(name) && !used.contains(name));
      return new ClassNames(kept);
    }
    return new ClassNames(
        listed.isEmpty() ? List.copyOf(new TreeSet<>(occurring)) : List.copyOf(listed));
  }

  /** labelme's class files begin with two that no shape has. */
  private static boolean isLabelme(String name) {
    return name.equals("__ignore__") || name.equals("_background_");
  }

  Categories categories() {
    return ShapeDataset.things(names);
  }

  /**
   * The contiguous index of a class.
   *
   * @throws DatasetException if it is none of them
   */
  int indexOf(String name) {
    int index = names.indexOf(name);
    if (index < 0) {
      throw new DatasetException(
          "the class \"%s\" is none of %s%s; add it to the class file or to data.train.classes"
              .formatted(name, names, Names.meant(name, names)));
    }
    return index;
  }
}
