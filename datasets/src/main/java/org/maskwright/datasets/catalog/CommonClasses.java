package org.maskwright.datasets.catalog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ForwardingDataset;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;

/**
 * Several data sets as data sets over one list of classes: that of all their names, in the order in
 * which they come. Classes of one name are one class.
 */
public final class CommonClasses {
  /** In the place of a class's name: every class that has no other name of its own. */
  public static final String ANY = "*";

  private CommonClasses() {}

  /**
   * The classes of all data sets, each of which tells things from stuff.
   *
   * @param names other names for some of a data set's classes; one map for each data set
   * @throws DatasetException as the other method
   */
  public static Categories of(List<Dataset> datasets, List<Map<String, String>> names) {
    return of(datasets, names, datasets.stream().map(d -> true).toList());
  }

  /**
   * The classes of all data sets. A class is a thing or stuff as the first data set has it that
   * tells them apart.
   *
   * @param names other names for some of a data set's classes; one map for each data set
   * @param told whether a data set tells things from stuff: what is taken for classes of pixels
   *     alone does not; one for each data set
   * @throws DatasetException naming all classes that are things of one data set and stuff of
   *     another, where both tell
   */
  public static Categories of(
      List<Dataset> datasets, List<Map<String, String>> names, List<Boolean> told) {
    if (datasets.size() == 1 && names.get(0).isEmpty()) {
      return datasets.get(0).categories();
    }
    Map<String, Category> byName = new LinkedHashMap<>();
    Map<String, Dataset> teller = new HashMap<>(); // that tells whether it is a thing
    List<String> collisions = new ArrayList<>();
    for (int d = 0; d < datasets.size(); d++) {
      Dataset dataset = datasets.get(d);
      for (Category category : dataset.categories()) {
        String name = named(category, names.get(d));
        Category known = byName.get(name);
        Dataset before = teller.get(name);
        if (known == null || before == null && told.get(d)) {
          int id = known == null ? byName.size() : known.id();
          byName.put(name, new Category(id, name, category.thing(), category.rgb()));
        } else if (before != null && told.get(d) && known.thing() != category.thing()) {
          collisions.add(
              "\"%s\" is %s of %s and %s of %s"
                  .formatted(name, kind(known), before.name(), kind(category), dataset.name()));
        }
        if (told.get(d)) {
          teller.putIfAbsent(name, dataset);
        }
      }
    }
    if (!collisions.isEmpty()) {
      throw new DatasetException(
          "classes of one name are one class: %s; give one of them another name with classes = { ... } of its source, or take the source for semantic segmentation, which does not tell things from stuff"
              .formatted(String.join("; ", collisions)));
    }
    return Categories.of(List.copyOf(byName.values()));
  }

  /**
   * The data sets that have no class in common with any other.
   *
   * @param names as of {@link #of}
   */
  public static List<Dataset> alone(List<Dataset> datasets, List<Map<String, String>> names) {
    List<Dataset> out = new ArrayList<>();
    for (int d = 0; d < datasets.size() && datasets.size() > 1; d++) {
      Set<String> others = new HashSet<>();
      for (int other = 0; other < datasets.size(); other++) {
        if (other != d) {
          others.addAll(names(datasets.get(other), names.get(other)));
        }
      }
      if (Collections.disjoint(others, names(datasets.get(d), names.get(d)))) {
        out.add(datasets.get(d));
      }
    }
    return out;
  }

  private static String kind(Category category) {
    return category.thing() ? "a thing" : "stuff";
  }

  private static String named(Category category, Map<String, String> names) {
    return names.getOrDefault(category.name(), names.getOrDefault(ANY, category.name()));
  }

  private static Set<String> names(Dataset dataset, Map<String, String> names) {
    Set<String> out = new LinkedHashSet<>();
    dataset.categories().forEach(category -> out.add(named(category, names)));
    return out;
  }

  /**
   * A data set over common classes.
   *
   * @param names other names for some of its classes
   * @return the data set itself where nothing changes
   * @throws IllegalArgumentException if one of its classes is not among them
   */
  public static Dataset over(Dataset dataset, Map<String, String> names, Categories common) {
    if (dataset.categories().equals(common) && names.isEmpty()) {
      return dataset;
    }
    List<String> known = common.names();
    int[] to =
        dataset.categories().asList().stream()
            .mapToInt(category -> known.indexOf(named(category, names)))
            .toArray();
    for (int k = 0; k < to.length; k++) {
      if (to[k] < 0) {
        throw new IllegalArgumentException(
            "%s: expected classes among %s, got %s"
                .formatted(dataset.name(), known, dataset.categories().get(k).name()));
      }
    }
    return new Relabelled(dataset, common, to);
  }

  /**
   * Which of the common classes each data set's annotation tells apart: its own, without stuff
   * where it is taken for instances alone. A class that none of them tells apart is asked of all.
   *
   * @param names other names for some of a data set's classes; one map for each data set
   * @param instances whether a data set is taken for instances alone; one for each data set
   */
  public static List<LabelSpace> told(
      List<Dataset> datasets,
      List<Map<String, String>> names,
      List<Boolean> instances,
      Categories common) {
    List<Set<Integer>> told = new ArrayList<>();
    Set<Integer> byNone =
        IntStream.range(0, common.size()).boxed().collect(Collectors.toCollection(HashSet::new));
    for (int d = 0; d < datasets.size(); d++) {
      Set<Integer> own = new HashSet<>();
      for (String name : names(datasets.get(d), names.get(d))) {
        int k = common.names().indexOf(name);
        if (common.get(k).thing() || !instances.get(d)) {
          own.add(k);
        }
      }
      told.add(own);
      byNone.removeAll(own);
    }
    return told.stream()
        .map(own -> Stream.concat(own.stream(), byNone.stream()).mapToInt(k -> k).toArray())
        .map(known -> LabelSpace.of(common.size(), known))
        .toList();
  }

  /** A data set whose class k is class {@code to[k]} of other categories. */
  private static final class Relabelled extends ForwardingDataset {
    private final Categories categories;
    private final int[] to;

    Relabelled(Dataset own, Categories categories, int[] to) {
      super(own);
      this.categories = categories;
      this.to = to;
    }

    @Override
    public Categories categories() {
      return categories;
    }

    @Override
    public List<Segment> segments(int index) {
      return relabelled(super.segments(index));
    }

    @Override
    public Sample load(int index) {
      Sample sample = super.load(index);
      return sample.withSegments(relabelled(sample.segments()));
    }

    private List<Segment> relabelled(List<Segment> segments) {
      List<Segment> out = new ArrayList<>(segments.size());
      for (Segment s : segments) {
        out.add(new Segment(to[s.category()], s.crowd(), s.id(), s.mask()));
      }
      return out;
    }

    @Override
    public List<Label> labels(int index) {
      List<Label> labels = super.labels(index);
      return labels == null
          ? null
          : labels.stream().map(l -> new Label(to[l.category()], l.crowd())).toList();
    }
  }
}
