package org.maskwright.datasets.convert;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.MaskPolygons;
import org.maskwright.datasets.annotation.Tally;
import org.maskwright.datasets.annotation.YoloFiles;
import org.maskwright.files.OutputFile;

/** YOLO's outlines ({@link YoloFiles}) and the photographs. */
public final class YoloTarget implements ConversionTarget {
  @Override
  public String name() {
    return "yolo";
  }

  @Override
  public String description() {
    return "images/PART, labels/PART with outlines in shares of the sides, data.yaml";
  }

  @Override
  public Optional<Task> task() {
    return Optional.empty();
  }

  @Override
  public void write(Path folder, List<ConversionPart> parts, Tally tally) {
    YoloFiles files = new YoloFiles(MaskPolygons.EXACT, tally);
    Map<String, String> places = new LinkedHashMap<>();
    for (ConversionPart part : parts) {
      places.put(key(part.name()), part.name().isEmpty() ? "images" : "images/" + part.name());
      for (int i = 0; i < part.size(); i++) {
        part.copyPhoto(i, folder.resolve("images").resolve(part.name()).resolve(part.fileName(i)));
        OutputFile.write(
            folder.resolve("labels").resolve(part.name()).resolve(part.stem(i) + ".txt"),
            files.labels(part.imageSize(i), part.objects(i)));
        tally.image();
      }
    }
    List<String> names = parts.get(0).categories().names();
    OutputFile.write(folder.resolve("data.yaml"), YoloFiles.yaml(places, names));
  }

  /** The key that YOLO's tools read for a part. */
  private static String key(String part) {
    return part.isEmpty() || part.startsWith("train")
        ? "train"
        : part.startsWith("test") ? "test" : part.startsWith("val") ? "val" : part;
  }
}
