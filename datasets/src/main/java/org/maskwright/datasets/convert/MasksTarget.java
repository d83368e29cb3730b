package org.maskwright.datasets.convert;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.ClassMasks;
import org.maskwright.datasets.annotation.Tally;
import org.maskwright.datasets.image.LabelRows;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.transform.SemanticMap;
import org.maskwright.files.OutputFile;

/** A PNG of class numbers for each photograph, and the classes' names in a text. */
public final class MasksTarget implements ConversionTarget {
  @Override
  public String name() {
    return "masks";
  }

  @Override
  public String description() {
    return "images/PART, masks/PART with PNGs of class numbers, classes.txt";
  }

  @Override
  public Optional<Task> task() {
    return Optional.of(Task.SEMANTIC);
  }

  @Override
  public void write(Path folder, List<ConversionPart> parts, Tally tally) {
    ClassMasks masks = new ClassMasks(parts.get(0).categories());
    int none = masks.none();
    for (ConversionPart part : parts) {
      for (int i = 0; i < part.size(); i++) {
        Size size = part.imageSize(i);
        List<Segment> segments = part.segments(i);
        LabelMap map = SemanticMap.of(segments, size.width(), size.height(), none);
        segments.forEach(segment -> tally.object());
        if (Arrays.stream(map.labels()).anyMatch(label -> label == none)) {
          tally.lost(
              "masks have pixels of no class, which are %d: read them with data.train.ignore = [%d] (--ignore %d)"
                  .formatted(none, none, none));
        }
        Path mask = folder.resolve("masks").resolve(part.name()).resolve(part.stem(i) + ".png");
        OutputFile.write(mask, masks.grey(LabelRows.of(map)));
        part.copyPhoto(i, folder.resolve("images").resolve(part.name()).resolve(part.fileName(i)));
        tally.image();
      }
    }
    OutputFile.write(folder.resolve("classes.txt"), masks.names());
  }
}
