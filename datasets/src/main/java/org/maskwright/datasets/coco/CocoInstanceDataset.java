package org.maskwright.datasets.coco;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.json.CocoImage;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.mask.MaskClaims;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;

/**
 * COCO instances: an annotation file and a folder of photographs. Images without annotations are
 * kept; their order is that of the file.
 *
 * <p>Categories are numbered 0..K-1 by rising id. An annotation of an unknown image or category is
 * an error when the file is opened; one whose mask is none, when its image is loaded.
 *
 * <p>An annotation without {@code segmentation} is what it has instead: {@code bbox}, PointSup's
 * {@code point_coords} and {@code point_labels} (arXiv 2104.06404), both, or its class alone.
 * Points and boxes that cannot be are errors when the file is opened.
 *
 * <p>A first category that is the supercategory of all others and has no annotation, as Roboflow
 * writes it, is left out.
 *
 * <p><b>Memory</b> about 250 bytes an annotation; {@code OpenLargeCoco} in benchmarks measures it.
 */
public final class CocoInstanceDataset implements Dataset {
  private final String name;
  private final Path annotationFile;
  private final Photographs photographs;
  private final Categories categories;
  private final List<CocoImage> entries;
  private final AnnotationTable table;
  private final List<String> notes;

  private CocoInstanceDataset(
      Path annotationFile,
      DataFolder images,
      Function<CocoImage, String> fileName,
      Consumer<DatasetException> problems) {
    AnnotationTable.Builder builder = new AnnotationTable.Builder();
    CocoJson.readInstances(annotationFile, builder);
    this.name = "coco-instance " + annotationFile.getFileName();
    this.annotationFile = annotationFile;
    this.photographs = new Photographs(annotationFile, images, fileName);
    this.entries = builder.images();
    CocoCategories found =
        CocoCategories.withoutRoot(
            builder.categories(), builder.annotatedCategories(), annotationFile);
    this.categories = found.kept();
    this.notes = new ArrayList<>(found.notes());
    this.table =
        builder.build(categories, problem -> problems.accept(problem.inFile(annotationFile)));
    if (table.hasIdZero()) {
      notes.add(
          annotationFile
              + ": the annotation id 0: by the official rule a detection that matches it counts as wrong, which lowers AP; number from 1");
    }
    new WeakAnnotations(annotationFile, entries, table).survey(problems).ifPresent(notes::add);
    if (entries.isEmpty()) {
      problems.accept(
          DatasetException.ofFile(annotationFile, "\"images\": expected at least one, got none"));
    }
  }

  /**
   * Opens an annotation file whose images are named by {@code file_name}.
   *
   * @throws DatasetException if the file is missing, not valid, or refers to what it does not hold
   */
  public static CocoInstanceDataset open(Path annotationFile, DataFolder images) {
    return open(annotationFile, images, CocoImage::fileName, CocoInstanceDataset::stop);
  }

  /**
   * As {@link #open(Path, DataFolder)}, with another rule for the file of an image, and another
   * fate of annotations that refer to what the file does not hold: they are left out and reported.
   */
  public static CocoInstanceDataset open(
      Path annotationFile,
      DataFolder images,
      Function<CocoImage, String> fileName,
      Consumer<DatasetException> problems) {
    return new CocoInstanceDataset(annotationFile, images, fileName, problems);
  }

  private static void stop(DatasetException problem) {
    throw problem;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return entries.size();
  }

  @Override
  public Categories categories() {
    return categories;
  }

  @Override
  public Set<Task> tasks() {
    return Set.of(Task.INSTANCE);
  }

  /** The number of annotations, crowds included. */
  public int annotationCount() {
    return table.size();
  }

  @Override
  public SampleInfo info(int index) {
    return photographs.info(entries.get(index));
  }

  @Override
  public List<Segment> segments(int index) {
    CocoImage entry = entries.get(index);
    List<Segment> segments = new ArrayList<>();
    for (int row : table.rowsOf(index)) {
      try {
        segments.add(
            new Segment(table.category(row), table.crowd(row), table.id(row), mask(entry, row)));
      } catch (IllegalArgumentException e) {
        throw new DatasetException(e.getMessage(), e)
            .inFile(annotationFile)
            .forImage(entry.id())
            .forAnnotation(table.id(row));
      }
    }
    return segments;
  }

  @Override
  public Sample load(int index) {
    try {
      return Dataset.super.load(index);
    } catch (DatasetException e) {
      throw e.inFile(annotationFile);
    }
  }

  @Override
  public List<String> notes() {
    return List.copyOf(notes);
  }

  @Override
  public List<Label> labels(int index) {
    List<Label> labels = new ArrayList<>();
    for (int row : table.rowsOf(index)) {
      labels.add(new Label(table.category(row), table.crowd(row)));
    }
    return labels;
  }

  @Override
  public List<DatasetException> disagreements(int index) {
    CocoImage entry = entries.get(index);
    List<DatasetException> found = new ArrayList<>();
    for (int row : table.rowsOf(index)) {
      Segmentation mask = table.mask(row);
      if (mask != null && (!mask.isPolygons() || entry.width() > 0)) {
        Rle rle = mask.toRle(entry.height(), entry.width());
        List<String> wrong = new ArrayList<>();
        MaskClaims.area(table.area(row), rle.area()).ifPresent(wrong::add);
        MaskClaims.box(table.box(row), rle.box()).ifPresent(wrong::add);
        photographs.disagreement(entry.id(), table.id(row), wrong).ifPresent(found::add);
      }
    }
    return found;
  }

  private SegmentMask mask(CocoImage image, int row) {
    Segmentation segmentation = table.mask(row);
    if (segmentation == null) {
      return new SegmentMask.Weak(WeakAnnotations.label(image, table, row));
    }
    if (segmentation.isPolygons()) {
      List<double[]> rings = segmentation.polygons();
      rings.forEach(CocoInstanceDataset::requireFinite);
      return new SegmentMask.Polygons(rings);
    }
    if (image.width() > 0
        && (segmentation.width() != image.width() || segmentation.height() != image.height())) {
      throw new IllegalArgumentException(
          "run lengths: expected the image's size %d x %d, got %d x %d"
              .formatted(
                  image.width(), image.height(), segmentation.width(), segmentation.height()));
    }
    return new SegmentMask.Runs(segmentation.toRle(segmentation.height(), segmentation.width()));
  }

  private static void requireFinite(double[] ring) {
    for (double coordinate : ring) {
      if (!(Math.abs(coordinate) <= Polygons.MAX_COORDINATE)) {
        throw new IllegalArgumentException(
            "polygon: expected coordinates within +-%s, got %s"
                .formatted(Polygons.MAX_COORDINATE, coordinate));
      }
    }
  }

  @Override
  public Channels channels() {
    return photographs.folder().channels();
  }

  @Override
  public Photograph image(int index) {
    return photographs.read(entries.get(index));
  }

  @Override
  public Optional<DatasetException> maskless(int index) {
    return Arrays.stream(table.rowsOf(index))
        .filter(row -> table.mask(row) == null)
        .mapToObj(row -> WeakAnnotations.maskless(annotationFile, entries.get(index), table, row))
        .findFirst();
  }

  @Override
  public boolean hasTargets(int index) {
    for (int row : table.rowsOf(index)) {
      if (!table.crowd(row)) {
        return true;
      }
    }
    return false;
  }
}
