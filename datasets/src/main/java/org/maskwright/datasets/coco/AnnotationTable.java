package org.maskwright.datasets.coco;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.json.CocoAnnotation;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.CocoImage;
import org.maskwright.datasets.json.CocoVisitor;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.mask.Box;

/** The annotations of an instances file in columns, grouped by image. */
final class AnnotationTable {
  private static final int BOX = 4; // numbers

  private final long[] ids;
  private final int[] categories;
  private final boolean[] crowds;
  private final Segmentation[] masks;
  private final float[] areas;
  private final float[] boxes; // left, top, width, height of each
  private final Map<Integer, PointLabels> points; // of the rows that have some
  private final int[] rows;
  private final int[] firstRow;

  private AnnotationTable(Builder builder, int[] rows, int[] firstRow) {
    this.ids = Arrays.copyOf(builder.ids, builder.size);
    this.categories = Arrays.copyOf(builder.categoryIds, builder.size);
    this.crowds = Arrays.copyOf(builder.crowds, builder.size);
    this.masks = builder.masks.toArray(Segmentation[]::new);
    this.areas = Arrays.copyOf(builder.areas, builder.size);
    this.boxes = Arrays.copyOf(builder.boxes, BOX * builder.size);
    this.points = Map.copyOf(builder.points);
    this.rows = rows;
    this.firstRow = firstRow;
  }

  int size() {
    return ids.length;
  }

  /** Whether an annotation that is no crowd has the id 0. */
  boolean hasIdZero() {
    for (int row = 0; row < ids.length; row++) {
      if (ids[row] == 0 && !crowds[row]) {
        return true;
      }
    }
    return false;
  }

  /** The rows of image {@code image}, in file order. */
  int[] rowsOf(int image) {
    return Arrays.copyOfRange(rows, firstRow[image], firstRow[image + 1]);
  }

  long id(int row) {
    return ids[row];
  }

  /** The contiguous class index. */
  int category(int row) {
    return categories[row];
  }

  boolean crowd(int row) {
    return crowds[row];
  }

  /** The mask, null if the file has none. */
  Segmentation mask(int row) {
    return masks[row] == null || masks[row].isEmpty() ? null : masks[row];
  }

  /** Labelled places of an annotation without a mask. */
  PointLabels points(int row) {
    return points.getOrDefault(row, PointLabels.NONE);
  }

  /** The area as the file says, NaN if it does not. */
  float area(int row) {
    return areas[row];
  }

  /** The box as the file says, to within a float's precision; null if it does not. */
  Box box(int row) {
    int at = BOX * row;
    return Float.isNaN(boxes[at])
        ? null
        : new Box(boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3]);
  }

  /** Takes entries in file order; annotations may come before images and categories. */
  static final class Builder implements CocoVisitor {
    private final List<CocoImage> images = new ArrayList<>();
    private final List<CocoCategory> categories = new ArrayList<>();
    private final Map<ImageId, Integer> imageNumbers = new HashMap<>();
    private final List<ImageId> imageOfNumber = new ArrayList<>();
    private final List<Segmentation> masks = new ArrayList<>();
    private final Map<Integer, PointLabels> points = new HashMap<>();
    private float[] areas = new float[1024];
    private float[] boxes = new float[BOX * 1024];
    private long[] ids = new long[1024];
    private int[] imageNumber = new int[1024];
    private int[] categoryIds = new int[1024];
    private boolean[] crowds = new boolean[1024];
    private int size;

    @Override
    public void image(CocoImage image) {
      images.add(image);
    }

    @Override
    public void category(CocoCategory category) {
      categories.add(category);
    }

    @Override
    public void annotation(CocoAnnotation annotation) {
      if (size == ids.length) {
        int longer = Math.multiplyExact(size, 2);
        ids = Arrays.copyOf(ids, longer);
        imageNumber = Arrays.copyOf(imageNumber, longer);
        categoryIds = Arrays.copyOf(categoryIds, longer);
        crowds = Arrays.copyOf(crowds, longer);
        areas = Arrays.copyOf(areas, longer);
        boxes = Arrays.copyOf(boxes, Math.multiplyExact(longer, BOX));
      }
      Integer number = imageNumbers.get(annotation.imageId());
      if (number == null) {
        number = imageOfNumber.size();
        imageNumbers.put(annotation.imageId(), number);
        imageOfNumber.add(annotation.imageId());
      }
      ids[size] = annotation.id();
      imageNumber[size] = number;
      categoryIds[size] = annotation.categoryId();
      crowds[size] = annotation.crowd();
      areas[size] = (float) annotation.area();
      putBox(annotation.box());
      masks.add(annotation.segmentation());
      if (annotation.points().count() > 0) {
        points.put(size, annotation.points());
      }
      size++;
    }

    private void putBox(Box box) {
      int at = BOX * size;
      boxes[at] = box == null ? Float.NaN : (float) box.x();
      boxes[at + 1] = box == null ? Float.NaN : (float) box.y();
      boxes[at + 2] = box == null ? Float.NaN : (float) box.width();
      boxes[at + 3] = box == null ? Float.NaN : (float) box.height();
    }

    List<CocoImage> images() {
      return images;
    }

    /** The category ids that annotations have; until {@link #build}, which replaces them. */
    Set<Integer> annotatedCategories() {
      return Arrays.stream(categoryIds, 0, size).boxed().collect(Collectors.toSet());
    }

    List<CocoCategory> categories() {
      return categories;
    }

    /**
     * The table, its category ids replaced by contiguous indices.
     *
     * @param problems receives annotations of an unknown image or category, which are left out
     */
    AnnotationTable build(Categories known, Consumer<DatasetException> problems) {
      int[] imageIndex = new int[imageOfNumber.size()];
      Arrays.fill(imageIndex, -1);
      for (int i = 0; i < images.size(); i++) {
        Integer number = imageNumbers.get(images.get(i).id());
        if (number != null) {
          imageIndex[number] = i;
        }
      }
      int[] first = new int[images.size() + 1];
      for (int a = 0; a < size; a++) {
        int image = imageIndex[imageNumber[a]];
        int category = known.indexOf(categoryIds[a]);
        if (image < 0 || category < 0) {
          problems.accept(dangling(a, image));
          imageNumber[a] = -1;
        } else {
          imageNumber[a] = image;
          categoryIds[a] = category;
          first[image + 1]++;
        }
      }
      for (int i = 0; i < images.size(); i++) {
        first[i + 1] += first[i];
      }
      int[] rows = new int[first[images.size()]];
      int[] next = first.clone();
      for (int a = 0; a < size; a++) {
        if (imageNumber[a] >= 0) {
          rows[next[imageNumber[a]]++] = a;
        }
      }
      return new AnnotationTable(this, rows, first);
    }

    private DatasetException dangling(int annotation, int image) {
      return new DatasetException(
              image < 0
                  ? "the image is not in \"images\""
                  : "category " + categoryIds[annotation] + " is not in \"categories\"")
          .forImage(imageOfNumber.get(imageNumber[annotation]))
          .forAnnotation(ids[annotation]);
    }
  }
}
