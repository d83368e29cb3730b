package org.maskwright.datasets.labelling;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;

/** A folder as a tool would write it, and what it is read as. */
record ToolFolder(Path root) {
  ToolFolder photo(String name, int width, int height) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(
        new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB),
        name.substring(name.lastIndexOf('.') + 1),
        file.toFile());
    return this;
  }

  ToolFolder text(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content.replace('\'', '"'));
    return this;
  }

  String type() {
    return LayoutDetector.detect(DatasetSettings.of("auto", root, "")).settings().type();
  }

  Dataset open(String split) {
    return DatasetOpener.open(DatasetSettings.of("auto", root, split));
  }

  /** Class, and the pixels as box x, y, width, height and area, of each object of an image. */
  static List<String> objects(Dataset dataset, int index) {
    Sample sample = dataset.load(index);
    List<String> objects = new ArrayList<>();
    for (Segment segment : sample.segments()) {
      Rle rle = rle(segment.mask(), sample.image().height(), sample.image().width());
      objects.add(
          "%s %d %d %d %d area %d"
              .formatted(
                  dataset.categories().get(segment.category()).name(),
                  (int) rle.box().x(),
                  (int) rle.box().y(),
                  (int) rle.box().width(),
                  (int) rle.box().height(),
                  rle.area()));
    }
    return objects;
  }

  static Rle rle(SegmentMask mask, int height, int width) {
    if (mask instanceof SegmentMask.Polygons polygons) {
      return Polygons.toRle(polygons.rings(), height, width);
    }
    if (mask instanceof SegmentMask.Labelled labelled) {
      return Rle.ofLabel(labelled.map().labels(), height, width, labelled.id());
    }
    return ((SegmentMask.Runs) mask).rle();
  }
}
