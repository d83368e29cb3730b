package org.maskwright.trainer.clip;

import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.DatasetView;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.pretext.CaptionPart;
import org.maskwright.modelzoo.text.ClipTokenizer;

/** The pictures of a data set that have captions, and what is to be said of these. */
final class CaptionedPictures {
  /** Captions that are looked at for their length: enough to tell, and a second at most. */
  private static final int LOOKED_AT = 10_000;

  private CaptionedPictures() {}

  /**
   * Those with captions; a note says how many have none.
   *
   * @throws DatasetException if there are fewer than two, which cannot be told from one another
   */
  static Dataset of(Dataset all) {
    Dataset told = DatasetView.where(all, i -> !all.captions(i).isEmpty());
    if (told.size() < 2) {
      throw new DatasetException(
          "%s: expected pictures with captions, to be told from one another by them, got %d of %d pictures; set data.train.captions = [FILE] (docs/pretraining.md)"
              .formatted(all.name(), told.size(), all.size()));
    }
    return told.size() == all.size()
        ? all
        : DatasetView.noted(
            told,
            List.of(
                "%s: pictures without a caption, left out: %d of %d"
                    .formatted(all.name(), all.size() - told.size(), all.size())));
  }

  /** A warning where a model's text encoder cuts captions. */
  static Optional<String> cut(Dataset told, ModelConfig model) {
    return model.decoder() instanceof CaptionPart.Settings settings
        ? cut(told, settings)
        : Optional.empty();
  }

  private static Optional<String> cut(Dataset told, CaptionPart.Settings settings) {
    ClipTokenizer tokenizer = settings.tokenizer();
    int cut = 0;
    int looked = 0;
    String first = "";
    int step = 1 + told.size() / LOOKED_AT;
    for (int i = 0; i < told.size(); i += step) {
      for (String caption : told.captions(i)) {
        looked++;
        if (!tokenizer.fits(caption, settings.context())) {
          first = cut++ == 0 ? caption : first;
        }
      }
    }
    return cut == 0
        ? Optional.empty()
        : Optional.of(
            "warning: %s: %d of %d captions are longer than model.decoder.captions.context = %d tokens and are cut, such as \"%s\""
                .formatted(told.name(), cut, looked, settings.context(), first));
  }
}
