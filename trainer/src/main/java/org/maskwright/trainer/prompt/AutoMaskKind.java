package org.maskwright.trainer.prompt;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.CocoEvaluator;
import org.maskwright.datasets.metrics.CocoSummary;
import org.maskwright.datasets.metrics.Detection;
import org.maskwright.datasets.metrics.GroundTruth;
import org.maskwright.datasets.metrics.IouType;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.trainer.result.AskedKind;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.ClassColumns;
import org.maskwright.trainer.result.MaskRuns;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.ResultCodec;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/**
 * The masks of a whole picture without anybody's prompts, as proposals of objects of any class.
 *
 * <p><b>Source</b> Segment Anything (arXiv 2304.02643), section 7.3 and appendix D.3: 64 x 64
 * points, no filters, boxes suppressed from 0.9 on, of more than 1000 those of the best mean of
 * expected IoU and stability
 */
public final class AutoMaskKind implements AskedKind<AutoMaskKind.Proposals> {
  private static final int MOST = 1000;
  private static final int OBJECT = 1; // the only class

  /**
   * Proposals, best first.
   *
   * @param masks of the picture's size
   * @param scores means of expected IoU and stability
   */
  public record Proposals(List<Rle> masks, List<Double> scores) {
    /** Keeps the lists. */
    public Proposals {
      masks = List.copyOf(masks);
      scores = List.copyOf(scores);
    }
  }

  @Override
  public String name() {
    return "auto-masks";
  }

  @Override
  public String meaning() {
    return "The masks that a model of prompts divides a picture into, as proposals of objects of any class; minutes for a model of usual size on a CPU.";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.quality(
            "AR1000",
            "Average recall of 1000 masks a picture, of IoU 0.50 to 0.95, whatever the classes."),
        Metric.quality("ARs", "Of objects below 32 x 32 pixels."),
        Metric.quality("ARm", "Of objects from there to 96 x 96 pixels."),
        Metric.quality("ARl", "Of objects above."));
  }

  @Override
  public boolean needsMasks() {
    return true;
  }

  @Override
  public Asking<Proposals> asked() {
    return (model, pixels, frame, image, others) -> proposals(model, pixels, frame, image);
  }

  private static Proposals proposals(
      SegmentationModel model, float[] pixels, ImageFrame frame, ScoredImage image) {
    AutoMasks masks = new AutoMasks(AutoMaskSettings.PROPOSALS);
    List<AutoMask> found =
        masks
            .of(window -> new EncodedPart(EncodedPicture.of(model, pixels, frame)), image.size())
            .stream()
            .filter(mask -> mask.area() > 0)
            .sorted(Comparator.comparingDouble(AutoMaskKind::score).reversed())
            .limit(MOST)
            .toList();
    return new Proposals(
        found.stream().map(AutoMask::mask).toList(),
        found.stream().map(AutoMaskKind::score).toList());
  }

  /** Of a mask without a stability, as one that is nowhere above the lower threshold, the least. */
  private static double score(AutoMask mask) {
    double stability = Float.isNaN(mask.stability()) ? 0 : mask.stability();
    return (mask.quality() + stability) / 2;
  }

  @Override
  public Supplier<Scorer<Proposals>> scorers(ScoringData data) {
    return Recall::new;
  }

  /** COCO's recall, all objects of one class. */
  private static final class Recall implements Scorer<Proposals> {
    private final CocoEvaluator evaluator = new CocoEvaluator(List.of(OBJECT), IouType.SEGM, MOST);

    @Override
    public void add(ScoredImage image, Proposals result) {
      List<GroundTruth> truths = new ArrayList<>();
      for (Segment segment : image.truth()) {
        Rle mask = segment.mask().toRle(image.size());
        truths.add(
            segment.crowd() ? GroundTruth.ofCrowd(OBJECT, mask) : GroundTruth.ofMask(OBJECT, mask));
      }
      List<Detection> found = new ArrayList<>();
      for (int i = 0; i < result.masks().size(); i++) {
        found.add(Detection.ofMask(OBJECT, result.scores().get(i), result.masks().get(i)));
      }
      evaluator.add(image.info().imageId(), truths, found);
    }

    @Override
    public Scores scores() {
      CocoSummary all = evaluator.result().all();
      Map<String, Double> out = new LinkedHashMap<>();
      out.put("AR1000", ClassColumns.percent(all.ar100()));
      out.put("ARs", ClassColumns.percent(all.arSmall()));
      out.put("ARm", ClassColumns.percent(all.arMedium()));
      out.put("ARl", ClassColumns.percent(all.arLarge()));
      return new Scores(out, Map.of());
    }
  }

  @Override
  public Picture draw(Proposals result, Overlay photograph, Shown shown) {
    List<OverlayInstance> drawn = new ArrayList<>();
    for (int i = 0; i < result.masks().size(); i++) {
      if (result.scores().get(i) >= SHOWN) {
        drawn.add(new OverlayInstance(result.masks().get(i), i, "", Double.NaN));
      }
    }
    return photograph.instances(drawn);
  }

  /** Proposals are many; pictures show those that the model is sure of. */
  private static final double SHOWN = 0.9;

  @Override
  public Optional<ResultCodec<Proposals>> codec() {
    return Optional.of(new Codec());
  }

  private static final class Codec implements ResultCodec<Proposals> {
    @Override
    public void write(Proposals result, DataOutput out) throws IOException {
      out.writeInt(result.masks().size());
      for (int i = 0; i < result.masks().size(); i++) {
        out.writeDouble(result.scores().get(i));
        MaskRuns.write(result.masks().get(i), out);
      }
    }

    @Override
    public Proposals read(DataInput in) throws IOException {
      int count = in.readInt();
      List<Rle> masks = new ArrayList<>(count);
      List<Double> scores = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        scores.add(in.readDouble());
        masks.add(MaskRuns.read(in));
      }
      return new Proposals(masks, scores);
    }
  }

  @Override
  public void json(Proposals result, Shown shown, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("masks");
    for (int i = 0; i < result.masks().size(); i++) {
      json.writeStartObject();
      json.writeNumberField("score", result.scores().get(i));
      JsonNumbers.segmentation(json, result.masks().get(i));
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
