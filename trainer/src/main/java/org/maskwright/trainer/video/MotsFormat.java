package org.maskwright.trainer.video;

import java.io.IOException;
import java.io.Writer;
import java.util.SortedMap;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.video.MotsText;
import org.maskwright.datasets.videometrics.MotsFiles;
import org.maskwright.trainer.result.ResultFiles;

/**
 * MOTS' text of each video, and the names of the classes. Frames count from 0; a pixel belongs to
 * one object, the surest; classes are the model's from 1.
 */
public final class MotsFormat implements TrackFormat {
  private static final String NAME = "mots";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "MOTS' text: frame (from 0), track, class, size and run lengths, a line a mask; and the names of the classes, from 1. Files: `mots/VIDEO.txt`, `mots/classes.txt`.";
  }

  @Override
  public TrackWriter start(ResultFiles files, Categories categories) {
    return new Text(files, categories);
  }

  private static final class Text implements TrackWriter {
    private final ResultFiles files;
    private final Categories categories;
    private Writer text;

    Text(ResultFiles files, Categories categories) {
      this.files = files;
      this.categories = categories;
    }

    @Override
    public void begin(int number, String name) throws IOException {
      text = files.text(NAME + "/" + name + ".txt");
    }

    @Override
    public void frame(TrackedFrame frame) throws IOException {
      LabelMap map = frame.things();
      SortedMap<Integer, Rle> masks = Rle.ofLabels(map.labels(), map.height(), map.width());
      for (TrackedObject object : frame.objects()) {
        Rle mask = masks.get(object.track());
        if (object.thing() && mask != null) {
          int category = categories.get(object.classIndex()).id();
          text.write(
              MotsText.line(frame.number(), new MotsText.Mask(object.track(), category, mask)));
          text.write('\n');
        }
      }
    }

    @Override
    public void endVideo() throws IOException {
      text.flush();
    }

    @Override
    public void end() {
      StringBuilder names = new StringBuilder();
      categories.forEach(category -> names.append(category.name()).append('\n'));
      files.write(NAME + "/" + MotsFiles.CLASSES, names.toString());
    }
  }
}
