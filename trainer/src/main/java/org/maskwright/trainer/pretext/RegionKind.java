package org.maskwright.trainer.pretext;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.pretext.MaskedAutoencoder;
import org.maskwright.modelzoo.pretext.PatchMask;
import org.maskwright.modelzoo.pretext.RegionAutoencoderPart;
import org.maskwright.modelzoo.pretext.RegionBranch;
import org.maskwright.trainer.result.AskedKind;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/**
 * Where a masked autoencoder of regions takes the annotated segments of a picture to be, of which
 * it sees some patches; at most the eight largest, in the square in the picture's middle.
 */
public final class RegionKind implements AskedKind<RegionMaps> {
  private static final int MOST = 8;
  private static final String IOU = "IoU";
  private static final String LOSS = "loss";
  private static final float HALF = 0.5f;

  @Override
  public String name() {
    return "regions";
  }

  @Override
  public String meaning() {
    return "Where a masked autoencoder of regions takes the hidden parts of annotated segments to be, the eight largest of a picture; see [pretraining](pretraining.md).";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.quality(IOU, "Mean over regions of the IoU in hidden patches."),
        Metric.error(LOSS, "Mean binary cross-entropy of hidden pixels, in percent."));
  }

  @Override
  public Asking<RegionMaps> asked() {
    return new PretextAsking<>(
        decoder -> decoder instanceof RegionAutoencoderPart.Settings, RegionKind::asked);
  }

  private static RegionMaps asked(
      SegmentationModel model, float[] planes, ImageFrame frame, ScoredImage image) {
    SquareView view = SquareView.of(model, frame);
    List<Rle> regions = regions(view, frame, image);
    if (regions.isEmpty()) {
      return new RegionMaps(view, Double.NaN, List.of(), List.of(), List.of());
    }
    Engine engine = model.engine();
    MaskedAutoencoder decoder = (MaskedAutoencoder) model.decoder();
    RegionBranch branch = decoder.regions().orElseThrow();
    PatchMask mask = view.mask(image.info().imageId(), decoder.hidden());
    int side = view.side();
    int plane = side * side;
    float[] maps = new float[regions.size() * plane];
    for (int k = 0; k < regions.size(); k++) {
      byte[] bitmap = regions.get(k).toBitmap();
      for (int i = 0; i < plane; i++) {
        maps[k * plane + i] = bitmap[i];
      }
    }
    Tensor truth = engine.floats(maps, 1, regions.size(), side, side);
    Tensor latent = decoder.encode(view.pixels(engine, planes, frame), mask);
    Tensor logits = branch.predict(latent, truth, mask);
    double loss = branch.losses(logits, truth, mask).sum().item();
    float[] painted = branch.paint(logits, truth, mask).toFloats();
    List<Double> overlaps = new ArrayList<>();
    List<Rle> predicted = new ArrayList<>();
    for (int k = 0; k < regions.size(); k++) {
      byte[] found = new byte[plane];
      int both = 0;
      int either = 0;
      for (int i = 0; i < plane; i++) {
        boolean real = maps[k * plane + i] > 0;
        boolean said = painted[k * plane + i] > HALF;
        found[i] = (byte) (said ? 1 : 0);
        int patch = i / side / view.patch() * view.rows() + i % side / view.patch();
        if (mask.isHidden(0, patch)) {
          both += real && said ? 1 : 0;
          either += real || said ? 1 : 0;
        }
      }
      predicted.add(Rle.ofBitmap(found, side, side));
      if (either > 0) {
        overlaps.add((double) both / either);
      }
    }
    return new RegionMaps(
        view,
        loss,
        overlaps,
        regions.stream().map(r -> whole(r, view, frame)).toList(),
        predicted.stream().map(r -> whole(r, view, frame)).toList());
  }

  /** The largest regions of an image, cut to the square. */
  private static List<Rle> regions(SquareView view, ImageFrame frame, ScoredImage image) {
    Size stored = image.size();
    return image.truth().stream()
        .filter(segment -> !segment.crowd())
        .map(
            segment ->
                segment
                    .mask()
                    .toRle(stored)
                    .sampled(frame.contentHeight(), frame.contentWidth())
                    .cut(view.x(), view.y(), view.side(), view.side()))
        .filter(rle -> rle.area() > 0)
        .sorted(Comparator.comparingLong(Rle::area).reversed())
        .limit(MOST)
        .toList();
  }

  /** A region of the square in the whole picture, at the size that is stored. */
  private static Rle whole(Rle region, SquareView view, ImageFrame frame) {
    return region
        .placed(view.x(), view.y(), frame.contentHeight(), frame.contentWidth())
        .sampled(frame.height(), frame.width());
  }

  @Override
  public Supplier<Scorer<RegionMaps>> scorers(ScoringData data) {
    return Means::new;
  }

  private static final class Means implements Scorer<RegionMaps> {
    private final List<Double> overlaps = new ArrayList<>();
    private final List<Double> losses = new ArrayList<>();

    @Override
    public void add(ScoredImage image, RegionMaps result) {
      overlaps.addAll(result.overlaps());
      if (!Double.isNaN(result.loss())) {
        losses.add(result.loss());
      }
    }

    @Override
    public Scores scores() {
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put(IOU, 100 * mean(overlaps));
      metrics.put(LOSS, 100 * mean(losses));
      return new Scores(metrics, Map.of());
    }

    private static double mean(List<Double> values) {
      return values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    }
  }

  @Override
  public Picture draw(RegionMaps result, Overlay photograph, Shown shown) {
    List<OverlayInstance> drawn = new ArrayList<>();
    for (int k = 0; k < result.predicted().size(); k++) {
      drawn.add(new OverlayInstance(result.predicted().get(k), k, "", Double.NaN));
    }
    return photograph.instances(drawn);
  }

  @Override
  public void json(RegionMaps result, Shown shown, JsonGenerator json) throws IOException {
    if (!result.overlaps().isEmpty()) {
      json.writeNumberField(LOSS, result.loss());
    }
    json.writeArrayFieldStart("iou");
    for (double overlap : result.overlaps()) {
      json.writeNumber(overlap);
    }
    json.writeEndArray();
  }
}
