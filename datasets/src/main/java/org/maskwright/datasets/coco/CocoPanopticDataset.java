package org.maskwright.datasets.coco;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.json.CocoImage;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.json.CocoPanoptic;
import org.maskwright.datasets.json.PanopticAnnotation;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.MaskClaims;

/**
 * COCO panoptic: an annotation file, its folder of id PNGs and a folder of photographs. Also the
 * layout that ADE20K's and Cityscapes' panoptic annotations are converted to.
 *
 * <p>The images are those that have an annotation; others in the file are not empty, they are
 * unlabelled. Categories are numbered 0..K-1 by rising id.
 */
public final class CocoPanopticDataset implements Dataset {
  private final Path annotationFile;
  private final DataFolder pngs;
  private final Photographs photographs;
  private final Categories categories;
  private final List<CocoImage> images = new ArrayList<>();
  private final List<PanopticAnnotation> annotations;

  private CocoPanopticDataset(Path annotationFile, DataFolder pngs, DataFolder photos) {
    this.annotationFile = annotationFile;
    this.pngs = pngs;
    this.photographs = new Photographs(annotationFile, photos, CocoImage::fileName);
    try {
      CocoPanoptic content = CocoJson.readPanoptic(annotationFile);
      this.categories = CocoCategories.byId(content.categories(), annotationFile);
      this.annotations = content.annotations();
      Map<ImageId, CocoImage> byId = new HashMap<>();
      content.images().forEach(image -> byId.put(image.id(), image));
      for (PanopticAnnotation annotation : annotations) {
        CocoImage image = byId.get(annotation.imageId());
        if (image == null) {
          throw new DatasetException("the image is not in \"images\"")
              .forImage(annotation.imageId());
        }
        images.add(image);
        checkCategories(annotation);
      }
    } catch (DatasetException e) {
      throw e.inFile(annotationFile);
    }
    if (images.isEmpty()) {
      throw DatasetException.ofFile(
          annotationFile, "\"annotations\": expected at least one, got none");
    }
  }

  private void checkCategories(PanopticAnnotation annotation) {
    for (PanopticSegment segment : annotation.segments()) {
      if (categories.indexOf(segment.categoryId()) < 0) {
        throw new DatasetException("category " + segment.categoryId() + " is not in \"categories\"")
            .forImage(annotation.imageId())
            .forAnnotation(segment.id());
      }
    }
  }

  /**
   * Opens an annotation file.
   *
   * @param pngs the folder of the PNGs that {@code annotations[].file_name} names
   * @param photos the folder of the photographs that {@code images[].file_name} names
   * @throws DatasetException if the file is missing, not valid, or refers to what it does not hold
   */
  public static CocoPanopticDataset open(Path annotationFile, DataFolder pngs, DataFolder photos) {
    return new CocoPanopticDataset(annotationFile, pngs, photos);
  }

  @Override
  public String name() {
    return "coco-panoptic " + annotationFile.getFileName();
  }

  @Override
  public int size() {
    return annotations.size();
  }

  @Override
  public Categories categories() {
    return categories;
  }

  @Override
  public Set<Task> tasks() {
    return Set.of(Task.values());
  }

  @Override
  public SampleInfo info(int index) {
    return photographs.info(images.get(index));
  }

  /**
   * The segments, all on one map of ids.
   *
   * @throws DatasetException also if the PNG holds an id that the JSON does not
   */
  @Override
  public List<Segment> segments(int index) {
    CocoImage image = images.get(index);
    PanopticAnnotation annotation = annotations.get(index);
    try {
      Path png = pngs.existing(annotation.fileName());
      LabelMap map =
          image.width() > 0
              ? LabelPng.read(png, image.height(), image.width())
              : LabelPng.read(png);
      checkIds(map, annotation, png);
      List<Segment> segments = new ArrayList<>();
      for (PanopticSegment segment : annotation.segments()) {
        segments.add(
            new Segment(
                categories.indexOf(segment.categoryId()),
                segment.crowd(),
                segment.id(),
                new SegmentMask.Labelled(map, segment.id())));
      }
      return segments;
    } catch (DatasetException e) {
      throw e.inFile(annotationFile).forImage(image.id());
    }
  }

  private static void checkIds(LabelMap map, PanopticAnnotation annotation, Path png) {
    Set<Integer> known = new HashSet<>();
    annotation.segments().forEach(segment -> known.add(segment.id()));
    known.add(0);
    int last = 0;
    int[] ids = map.labels();
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] != last && !known.contains(ids[i])) {
        throw DatasetException.ofFile(
            png,
            "pixel (%d, %d) has the id %d, which the JSON's segments_info does not list"
                .formatted(i % map.width(), i / map.width(), ids[i]));
      }
      last = ids[i];
    }
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
  public List<Label> labels(int index) {
    return annotations.get(index).segments().stream()
        .map(s -> new Label(categories.indexOf(s.categoryId()), s.crowd()))
        .toList();
  }

  @Override
  public List<DatasetException> disagreements(int index) {
    PanopticAnnotation annotation = annotations.get(index);
    Map<Integer, MaskClaims.Region> regions =
        MaskClaims.regions(LabelPng.read(pngs.existing(annotation.fileName())));
    List<DatasetException> found = new ArrayList<>();
    for (PanopticSegment segment : annotation.segments()) {
      MaskClaims.Region region = regions.getOrDefault(segment.id(), MaskClaims.Region.NONE);
      List<String> wrong = new ArrayList<>();
      if (segment.area() >= 0) {
        MaskClaims.exactArea(segment.area(), region.pixels()).ifPresent(wrong::add);
      }
      MaskClaims.box(segment.box(), region.box()).ifPresent(wrong::add);
      photographs.disagreement(annotation.imageId(), segment.id(), wrong).ifPresent(found::add);
    }
    return found;
  }

  @Override
  public Channels channels() {
    return photographs.folder().channels();
  }

  @Override
  public Photograph image(int index) {
    return photographs.read(images.get(index));
  }

  @Override
  public boolean hasTargets(int index) {
    return annotations.get(index).segments().stream().anyMatch(segment -> !segment.crowd());
  }
}
