package org.maskwright.trainer.pictureclass;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.picture.PictureGrid;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.pretext.PictureClassesPart;
import org.maskwright.modelzoo.pretext.PictureClassifier;
import org.maskwright.trainer.result.AskedKind;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.OtherPictures;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/** By how many quarter turns each of the four turns of a picture is taken to be turned. */
public final class RotationKind implements AskedKind<RotationKind.Told> {
  private static final String ACCURACY = "accuracy";

  /**
   * What was told.
   *
   * @param turns of each of the four turns of a picture, in order; right where it is its place
   */
  public record Told(List<Integer> turns) {
    /** Keeps the list. */
    public Told {
      turns = List.copyOf(turns);
    }

    private int right() {
      int count = 0;
      for (int t = 0; t < turns.size(); t++) {
        count += turns.get(t) == t ? 1 : 0;
      }
      return count;
    }
  }

  @Override
  public String name() {
    return "rotation";
  }

  @Override
  public String meaning() {
    return "By how many quarter turns a picture is turned, asked of each of its four turns, of a model that was pretrained on rotation; see [pretraining](pretraining.md). Without files.";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(Metric.quality(ACCURACY, "Turned pictures whose turns are told; chance is 25."));
  }

  @Override
  public Asking<Told> asked() {
    return new OfTurns();
  }

  private static final class OfTurns implements Asking<Told> {
    @Override
    public boolean serves(DecoderConfig decoder) {
      return decoder instanceof PictureClassesPart.Settings settings
          && settings.told() == PictureClassesPart.Told.ROTATIONS;
    }

    @Override
    public Told ask(
        SegmentationModel model,
        float[] pixels,
        ImageFrame frame,
        ScoredImage image,
        OtherPictures others) {
      Turns turns =
          Turns.of(pixels, 1, model.inputs(), frame.contentHeight(), frame.contentWidth());
      try (var off = model.engine().noGrad();
          Scope scope = model.engine().scope()) {
        float[] scores = turns.logits(model).cast(DType.FLOAT32).toFloats();
        List<Integer> told = new ArrayList<>();
        for (int row = 0; row < PictureClassifier.TURNS; row++) {
          int best = 0;
          for (int k = 1; k < PictureClassifier.TURNS; k++) {
            int at = row * PictureClassifier.TURNS;
            best = scores[at + k] > scores[at + best] ? k : best;
          }
          told.add(best);
        }
        return new Told(told);
      }
    }
  }

  @Override
  public Supplier<Scorer<Told>> scorers(ScoringData data) {
    return Counts::new;
  }

  private static final class Counts implements Scorer<Told> {
    private int all;
    private int right;

    @Override
    public void add(ScoredImage image, Told result) {
      all += result.turns().size();
      right += result.right();
    }

    @Override
    public Scores scores() {
      return new Scores(Map.of(ACCURACY, 100.0 * right / all), Map.of());
    }
  }

  /** The four turns, each with what was told. */
  @Override
  public Picture draw(Told result, Overlay photograph, Shown shown) {
    Picture plain = photograph.plain();
    int side = Math.min(plain.width(), plain.height());
    PictureGrid grid = new PictureGrid(2);
    for (int t = 0; t < result.turns().size(); t++) {
      grid.add(
          turned(plain, t, side),
          "turned by %d, told %d".formatted(90 * t, 90 * result.turns().get(t)));
    }
    return grid.draw();
  }

  private static Picture turned(Picture plain, int turns, int side) {
    int left = (plain.width() - side) / 2;
    int top = (plain.height() - side) / 2;
    byte[] rgb = new byte[3 * side * side];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int from = Turns.source(turns, x, y, side, side);
        int colour = plain.at(left + from % side, top + from / side);
        int to = 3 * (y * side + x);
        rgb[to] = (byte) (colour >> 16);
        rgb[to + 1] = (byte) (colour >> 8);
        rgb[to + 2] = (byte) colour;
      }
    }
    return Picture.ofRgb(rgb, side, side);
  }

  @Override
  public void json(Told result, Shown shown, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("turns");
    for (int turn : result.turns()) {
      json.writeNumber(turn);
    }
    json.writeEndArray();
  }
}
