package org.maskwright.trainer.format;

import java.nio.file.Path;
import java.util.List;
import org.maskwright.datasets.annotation.LabelmeFile;
import org.maskwright.datasets.annotation.Tally;
import org.maskwright.trainer.result.ResultFiles;

/**
 * A JSON file for each photograph, as labelme writes them ({@link LabelmeFile}). The photograph is
 * named relative to the file and not stored in it.
 */
public final class LabelmeFormat implements PredictionFormat {
  private static final String NAME = "labelme";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "A JSON file of polygons for each photograph, as labelme has them. Files: `labelme/*.json`.";
  }

  @Override
  public List<String> files(String output) {
    return List.of(file(output));
  }

  private static String file(String output) {
    return NAME + "/" + output + ".json";
  }

  @Override
  public FormatWriter start(ResultFiles files, FormatContext context) {
    LabelmeFile content = new LabelmeFile(context.categories(), context.polygons(), new Tally());
    return image -> {
      String file = file(image.output());
      String photograph = relative(files.place(file), image.photograph());
      files.write(file, content.of(photograph, image.size(), image.objects()).file());
    };
  }

  /** The way from a file's folder to the photograph, with slashes; whole where there is none. */
  private static String relative(Path file, Path photograph) {
    Path from = file.toAbsolutePath().normalize().getParent();
    Path to = photograph.toAbsolutePath().normalize();
    boolean oneRoot = from != null && from.getRoot().equals(to.getRoot());
    return (oneRoot ? from.relativize(to) : to).toString().replace('\\', '/');
  }
}
