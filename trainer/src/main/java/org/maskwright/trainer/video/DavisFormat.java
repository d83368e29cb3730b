package org.maskwright.trainer.video;

import org.maskwright.datasets.Categories;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.image.LabelRows;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.picture.Palette;
import org.maskwright.trainer.result.ResultFiles;

/**
 * DAVIS' palette PNGs: the number of the track of each pixel, 0 for none. Numbers above 254, which
 * a byte does not hold beside void, are left out.
 */
public final class DavisFormat implements TrackFormat {
  private static final String NAME = "davis";
  private static final int MOST = 254;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "DAVIS' palette PNGs: the number of each pixel's track, 0 for none, up to 254. Files: `davis/VIDEO/FRAME.png`.";
  }

  @Override
  public TrackWriter start(ResultFiles files, Categories categories) {
    return new Pngs(files);
  }

  private static final class Pngs implements TrackWriter {
    private final ResultFiles files;
    private final int[] palette = new int[MOST + 2];
    private String video;

    Pngs(ResultFiles files) {
      this.files = files;
      for (int i = 1; i <= MOST; i++) {
        palette[i] = Palette.distinct(i - 1);
      }
    }

    @Override
    public void begin(int number, String name) {
      video = name;
    }

    @Override
    public void frame(TrackedFrame frame) {
      LabelMap map = frame.things();
      map.map(track -> track <= MOST ? track : 0);
      files.write(
          NAME + "/" + video + "/" + frame.name() + ".png",
          LabelPng.palette(LabelRows.of(map), palette));
    }

    @Override
    public void endVideo() {}
  }
}
