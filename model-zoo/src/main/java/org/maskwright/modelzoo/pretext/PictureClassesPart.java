package org.maskwright.modelzoo.pretext;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.Summary;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.decoder.MaskDecoder;
import org.maskwright.modelzoo.decoder.PretextDecoderConfig;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.settings.Doc;

/** One class of a picture as a whole: {@link PictureClassifier}. */
public final class PictureClassesPart implements DecoderPart {
  @Override
  public String name() {
    return "picture-classes";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** What the classes of pictures are. */
  public enum Told {
    /** Those of the data set. */
    CLASSES,
    /** The quarter turns that a picture was given, 0 to 3. */
    ROTATIONS
  }

  /** What is told of what. */
  public record Settings(
      @Doc(
              "What is told: classes = those of the data set; rotations = by how many quarter turns a picture is turned.")
          Told told,
      @Doc(
              "Of what: mean = the mean of the backbone's last map; class-token = of a transformer that has one.")
          Summary summary)
      implements PretextDecoderConfig {
    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      return new PictureClassifier(engine, backbone, this, classHeads.space());
    }
  }
}
