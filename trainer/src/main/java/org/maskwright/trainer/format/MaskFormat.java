package org.maskwright.trainer.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultSegment;

/**
 * Label images: for each photograph a PNG of class indices, in colours to look at, and, where
 * objects are told apart, one of object numbers in 16 bits, 0 where there is none. The indices are
 * those of {@code classes.txt}, counted from 0; 255 is what nothing covers. More than 255 classes
 * are a grey PNG of 16 bits, where 65535 is what nothing covers.
 *
 * <p>Where masks overlap, the one with the higher score is on top, which is the earlier one.
 */
public final class MaskFormat implements PredictionFormat {
  private static final String NAME = "masks";
  private static final int MAX_PALETTE = 255;
  private static final int NOTHING_8 = 255;
  private static final int NOTHING_16 = 65535;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "PNGs of class indices (255: nothing) and of object numbers in 16 bits (0: none). Files: `masks/classes/*.png`, `masks/instances/*.png`, `masks/classes.txt`.";
  }

  @Override
  public List<String> files(String output) {
    return List.of(classes(output), instances(output));
  }

  private static String classes(String output) {
    return NAME + "/classes/" + output + ".png";
  }

  private static String instances(String output) {
    return NAME + "/instances/" + output + ".png";
  }

  @Override
  public FormatWriter start(ResultFiles files, FormatContext context) {
    return new Writer(files, context);
  }

  private static final class Writer implements FormatWriter {
    private final ResultFiles files;
    private final Categories categories;
    private final boolean objects;

    Writer(ResultFiles files, FormatContext context) {
      this.files = files;
      this.categories = context.categories();
      this.objects = !context.task().equals(Optional.of(Task.SEMANTIC));
    }

    @Override
    public void add(PredictedImage image) {
      int width = image.size().width();
      int height = image.size().height();
      boolean small = categories.size() <= MAX_PALETTE;
      int[] classes = new int[width * height];
      int[] numbers = new int[objects ? width * height : 0];
      Arrays.fill(classes, small ? NOTHING_8 : NOTHING_16);
      for (int i = image.segments().size() - 1; i >= 0; i--) {
        ResultSegment segment = image.segments().get(i);
        segment.mask().paint(classes, segment.classIndex());
        if (objects) {
          segment.mask().paint(numbers, categories.isThing(segment.classIndex()) ? i + 1 : 0);
        }
      }
      LabelMap map = new LabelMap(height, width, classes);
      files.write(
          classes(image.output()),
          small ? LabelPng.encodePalette(map, palette()) : LabelPng.encodeGrey16(map));
      if (objects) {
        files.write(
            instances(image.output()), LabelPng.encodeGrey16(new LabelMap(height, width, numbers)));
      }
    }

    /** The classes' colours; black for what nothing covers. */
    private int[] palette() {
      int[] palette = new int[NOTHING_8 + 1];
      for (int i = 0; i < categories.size(); i++) {
        palette[i] = categories.get(i).rgb().orElse(0);
      }
      return palette;
    }

    @Override
    public void end() {
      String names = categories.names().stream().collect(Collectors.joining("\n", "", "\n"));
      files.write(NAME + "/classes.txt", names.getBytes(StandardCharsets.UTF_8));
    }
  }
}
