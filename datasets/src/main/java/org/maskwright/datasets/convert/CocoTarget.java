package org.maskwright.datasets.convert;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.Annotated;
import org.maskwright.datasets.annotation.CocoInstancesFile;
import org.maskwright.datasets.annotation.Tally;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.files.OutputFile;

/** COCO's instances, a file for each part ({@link CocoInstancesFile}). */
public final class CocoTarget implements ConversionTarget {
  @Override
  public String name() {
    return "coco";
  }

  @Override
  public String description() {
    return "annotations/instances_PART.json, photographs in images/PART";
  }

  @Override
  public Optional<Task> task() {
    return Optional.empty();
  }

  @Override
  public void write(Path folder, List<ConversionPart> parts, Tally tally) {
    for (ConversionPart part : parts) {
      String name = part.name().isEmpty() ? "default" : part.name();
      Path photos = folder.resolve("images").resolve(part.name());
      JsonContent content = json -> write(json, photos, part, tally);
      OutputFile.writeDurably(
          folder.resolve("annotations/instances_" + name + ".json"), content.file());
    }
  }

  private static void write(JsonGenerator json, Path photos, ConversionPart part, Tally tally)
      throws IOException {
    CocoInstancesFile file = new CocoInstancesFile(json, part.categories());
    for (int i = 0; i < part.size(); i++) {
      List<Annotated> objects = part.objects(i);
      part.copyPhoto(i, photos.resolve(part.fileName(i)));
      file.add(part.fileName(i), part.imageSize(i), objects);
      objects.forEach(object -> tally.object());
      tally.image();
    }
    file.end();
  }
}
