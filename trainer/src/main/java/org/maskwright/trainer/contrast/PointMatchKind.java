package org.maskwright.trainer.contrast;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.pretext.ContrastDecoder;
import org.maskwright.modelzoo.pretext.ContrastPart;
import org.maskwright.trainer.pretext.PretextAsking;
import org.maskwright.trainer.result.AskedKind;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.ImageScore;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/**
 * Which points of two views of a picture the backbone finds to be one: of each place of one view's
 * map that the other view shows, the place of the other map whose features point the same way most.
 */
public final class PointMatchKind implements AskedKind<PointMatches> {
  private static final String ACCURACY = "accuracy";
  private static final String OFF = "distance";

  @Override
  public String name() {
    return "points";
  }

  @Override
  public String meaning() {
    return "Points of two views of a picture that a backbone finds to be one, of a model with model.decoder.type = contrast; the same views of a picture at each evaluation; see [pretraining](pretraining.md).";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.quality(
            ACCURACY, "Points that are found at most a place of the map from where they are."),
        Metric.error(OFF, "Mean distance from where they are, in percent of a view's side."));
  }

  @Override
  public Asking<PointMatches> asked() {
    return new PretextAsking<>(
        decoder -> decoder instanceof ContrastPart.Settings, PointMatchKind::matched);
  }

  private static PointMatches matched(
      SegmentationModel model, float[] planes, ImageFrame frame, ScoredImage image) {
    PointViews views = PointViews.of(model, frame, image.info().imageId());
    ContrastDecoder decoder = (ContrastDecoder) model.decoder();
    PixelFeatures.Level map = decoder.map(model.features(views.pixels(model.engine(), planes)));
    Tensor places = WordSpace.directions(map.tokens());
    long[] nearest = places.select(0, 0).matmulTransposed(places.select(0, 1)).argMax(1).toLongs();
    double stride = (double) views.first().view().width() / map.width();
    RegionGrid first = new RegionGrid(views.first(), map.height(), map.width(), stride);
    List<PointMatches.Match> matches = new ArrayList<>();
    for (int i = 0; i < nearest.length; i++) {
      double pictureX = first.pictureX(i);
      double pictureY = first.pictureY(i);
      if (!views.second().shows(pictureX, pictureY)) {
        continue;
      }
      double foundX = (nearest[i] % map.width() + 0.5) * stride;
      double foundY = (Math.floorDiv(nearest[i], map.width()) + 0.5) * stride;
      double trueX = views.second().viewX(pictureX);
      double trueY = views.second().viewY(pictureY);
      boolean right = Math.max(Math.abs(foundX - trueX), Math.abs(foundY - trueY)) <= stride;
      matches.add(
          new PointMatches.Match(
              (i % map.width() + 0.5) * stride,
              (Math.floorDiv(i, map.width()) + 0.5) * stride,
              foundX,
              foundY,
              trueX,
              trueY,
              right));
    }
    return new PointMatches(views, matches);
  }

  @Override
  public Supplier<Scorer<PointMatches>> scorers(ScoringData data) {
    return Found::new;
  }

  private static final class Found implements Scorer<PointMatches> {
    private long points;
    private long right;
    private double off;

    @Override
    public void add(ScoredImage image, PointMatches result) {
      points += result.matches().size();
      right += result.right();
      int side = result.views().first().view().width();
      off += result.matches().stream().mapToDouble(m -> m.off() / side).sum();
    }

    @Override
    public Scores scores() {
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put(ACCURACY, 100.0 * right / points);
      metrics.put(OFF, 100 * off / points);
      return new Scores(metrics, Map.of());
    }
  }

  @Override
  public Optional<ImageScore<PointMatches>> imageScore(ScoringData data) {
    return Optional.of(
        new ImageScore<>(
            "the share of the image's points that are found",
            (image, result) -> 100.0 * result.right() / result.matches().size()));
  }

  @Override
  public Picture draw(PointMatches result, Overlay photograph, Shown shown) {
    return result.picture(photograph.plain());
  }

  @Override
  public void json(PointMatches result, Shown shown, JsonGenerator json) throws IOException {
    json.writeNumberField("found", result.right());
    json.writeNumberField("points", result.matches().size());
  }
}
