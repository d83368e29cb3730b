package org.maskwright.trainer.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.ClassMasks;
import org.maskwright.datasets.annotation.PaintedMasks;
import org.maskwright.datasets.annotation.PaintedMasks.Paint;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.image.LabelRows;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultSegment;

/**
 * Label images: for each photograph a PNG of class indices, in colours to look at ({@link
 * ClassMasks}), and, where objects are told apart, one of object numbers in 16 bits, 0 where there
 * is none; of more than 65,535 objects the numbers are colours, R + 256 G + 65536 B.
 *
 * <p>Where masks overlap, the one with the higher score is on top, which is the earlier one.
 */
public final class MaskFormat implements PredictionFormat {
  private static final String NAME = "masks";
  private static final int MOST_16_BIT = 65_535;

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
    private final ClassMasks masks;
    private final boolean objects;

    Writer(ResultFiles files, FormatContext context) {
      this.files = files;
      this.categories = context.categories();
      this.masks = new ClassMasks(categories);
      this.objects = !context.task().equals(Optional.of(Task.SEMANTIC));
    }

    @Override
    public void add(PredictedImage image) {
      List<Paint> classes = new ArrayList<>();
      List<Paint> numbers = new ArrayList<>();
      for (int i = image.segments().size() - 1; i >= 0; i--) {
        ResultSegment segment = image.segments().get(i);
        boolean thing = categories.isThing(segment.classIndex());
        classes.add(new Paint(segment.mask(), segment.classIndex()));
        numbers.add(new Paint(segment.mask(), thing ? i + 1 : 0));
      }
      files.write(
          classes(image.output()),
          masks.inColours(new PaintedMasks(image.size(), masks.none(), classes)));
      if (objects) {
        LabelRows rows = new PaintedMasks(image.size(), 0, numbers);
        files.write(
            instances(image.output()),
            numbers.size() <= MOST_16_BIT ? LabelPng.grey16(rows) : LabelPng.rgbIds(rows));
      }
    }

    @Override
    public void end() {
      files.write(NAME + "/classes.txt", masks.names());
    }
  }
}
