package org.maskwright.datasets.convert;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.LabelmeFile;
import org.maskwright.datasets.annotation.MaskPolygons;
import org.maskwright.datasets.annotation.Tally;
import org.maskwright.files.OutputFile;

/** labelme: a JSON file beside each photograph ({@link LabelmeFile}). */
public final class LabelmeTarget implements ConversionTarget {
  @Override
  public String name() {
    return "labelme";
  }

  @Override
  public String description() {
    return "a JSON file beside each photograph, in PART";
  }

  @Override
  public Optional<Task> task() {
    return Optional.empty();
  }

  @Override
  public void write(Path folder, List<ConversionPart> parts, Tally tally) {
    for (ConversionPart part : parts) {
      Path here = folder.resolve(part.name());
      LabelmeFile files = new LabelmeFile(part.categories(), MaskPolygons.EXACT, tally);
      for (int i = 0; i < part.size(); i++) {
        part.copyPhoto(i, here.resolve(part.fileName(i)));
        OutputFile.write(
            here.resolve(part.stem(i) + ".json"),
            files.of(part.fileName(i), part.imageSize(i), part.objects(i)).file());
        tally.image();
      }
    }
  }
}
