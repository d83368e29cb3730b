package org.maskwright.trainer.prompt;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.modelzoo.prompt.PromptDecoder;
import org.maskwright.trainer.result.MaskRuns;

/** A part of a picture that a model answers points on, each with its three hypotheses. */
record EncodedPart(EncodedPicture picture) implements AutoMasks.Part {
  private static final int HYPOTHESES = PromptDecoder.MASKS - 1;

  @Override
  public AutoMasks.Answers ask(double[] points) {
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < points.length; i += 2) {
      prompts.add(Prompt.ofPoint(points[i], points[i + 1]));
    }
    PromptLogits said = picture.decode(prompts);
    return new AutoMasks.Answers() {
      @Override
      public int count() {
        return said.size() * HYPOTHESES;
      }

      @Override
      public float quality(int mask) {
        return said.quality(mask / HYPOTHESES, 1 + mask % HYPOTHESES);
      }

      @Override
      public Rle above(int mask, float threshold) {
        return MaskRuns.rle(said.mask(mask / HYPOTHESES, 1 + mask % HYPOTHESES, threshold));
      }
    };
  }

  @Override
  public void close() {
    picture.close();
  }
}
