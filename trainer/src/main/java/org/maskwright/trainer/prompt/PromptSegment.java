package org.maskwright.trainer.prompt;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.trainer.result.MaskRuns;

/**
 * One of the masks that {@link PromptWishes} are answered with, as it is handed on.
 *
 * @param object which object was asked for, from 1
 * @param hypothesis 1 to 3; 0 of an object's only mask
 * @param quality the intersection over union with the object that the decoder expects, unbounded
 * @param mask at the size of the picture
 */
public record PromptSegment(int object, int hypothesis, double quality, Rle mask) {
  /**
   * Answers about a picture: of all objects, in order.
   *
   * @throws IllegalArgumentException if a prompt is outside the picture
   */
  public static List<PromptSegment> of(EncodedPicture picture, PromptWishes wishes) {
    List<List<PromptMask>> answers = picture.answer(wishes.prompts(picture), wishes.wanted());
    List<PromptSegment> out = new ArrayList<>();
    for (int object = 0; object < answers.size(); object++) {
      for (int which = 0; which < answers.get(object).size(); which++) {
        PromptMask answer = answers.get(object).get(which);
        int hypothesis = wishes.hypotheses() ? which + 1 : 0;
        out.add(
            new PromptSegment(
                object + 1, hypothesis, answer.quality(), MaskRuns.rle(answer.mask())));
      }
    }
    return out;
  }

  /** Its fields in JSON but for the mask. */
  public void writeFields(JsonGenerator json) throws IOException {
    json.writeNumberField("object", object);
    if (hypothesis > 0) {
      json.writeNumberField("hypothesis", hypothesis);
    }
    json.writeNumberField("quality", quality);
    json.writeNumberField("area", mask.area());
    JsonNumbers.box(json, mask.box());
  }
}
