package org.maskwright.modelzoo.pretext;

import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.decoder.MaskDecoder;
import org.maskwright.modelzoo.decoder.PretextDecoderConfig;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.part.Ranges;
import org.maskwright.settings.Doc;

/** What views of pictures are compared behind: {@link ContrastDecoder}. */
public final class ContrastPart implements DecoderPart {
  static final String NAME = "contrast";
  private static final int MAPS = 4;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param width of what pictures and points are compared by
   * @param hidden channels between the two layers for pictures
   * @param pointHidden channels between the two layers for points; 0 = points are not compared
   * @param pointMap which of the backbone's maps points are taken from, 0 the finest
   */
  public record Settings(
      @Doc("Width of what pictures and points are compared by.") int width,
      @Doc("Channels between the two layers behind which pictures are compared.") int hidden,
      @Doc(
              "Channels between the two layers behind which points are compared, for the task plrc; 0 = there are none.")
          int pointHidden,
      @Doc(
              "Which of the backbone's maps points are taken from, 0 the finest to 3 the coarsest; for the task plrc and the results points.")
          int pointMap)
      implements PretextDecoderConfig {
    /** Checks the ranges. */
    public Settings {
      requireWidth("width", width);
      requireWidth("hidden", hidden);
      require(
          pointHidden >= 0 && pointHidden <= Ranges.MAX_WIDTH,
          "pointHidden",
          "0 to " + Ranges.MAX_WIDTH,
          pointHidden);
      require(pointMap >= 0 && pointMap < MAPS, "pointMap", "0 to 3", pointMap);
    }

    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      return new ContrastDecoder(engine, backbone.channels(), this, classHeads.space());
    }
  }
}
