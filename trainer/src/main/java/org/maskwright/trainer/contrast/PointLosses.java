package org.maskwright.trainer.contrast;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.ViewCrop;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.pretext.ContrastDecoder;
import org.maskwright.trainer.loop.StepPart;
import org.maskwright.trainer.loss.Losses;

/**
 * What points of two views of a picture are told by, with the momentum encoder's centre. Which
 * points are compared is drawn from the step and the picture's number in it.
 */
final class PointLosses extends Module {
  private static final int OTHER_REGIONS = 15;
  private final Plrc.Points contrast;
  private final Plrc.Affinity affinity;
  private final Parameter centre;
  private final int width;
  private final Map<Integer, double[]> told = new TreeMap<>(); // sums over points, their number
  private double teacherTemperature;

  /**
   * @param width D, of points
   */
  PointLosses(Engine engine, Plrc.Settings settings, int width) {
    super(engine);
    this.contrast = settings.points();
    this.affinity = settings.affinity();
    this.width = width;
    centre = buffer("centre", engine.zeros(width));
    trainedTo(0);
  }

  /** Features of a view behind a decoder. */
  record Maps(ContrastDecoder decoder, PixelFeatures features) {}

  void trainedTo(double progress) {
    teacherTemperature =
        PointDistillation.temperature(
            affinity.firstTemperature(), affinity.lastTemperature(), affinity.warmup(), progress);
  }

  /** Moves the centre to what the momentum encoder said in the step; all processes call it. */
  void moveCentre() {
    double[] sums = new double[width + 1];
    for (double[] each : told.values()) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += each[i];
      }
    }
    told.clear();
    double[] all = engine().processes().sum(sums);
    float[] mean = new float[width];
    for (int i = 0; i < width; i++) {
      mean[i] = (float) (all[i] / all[width]);
    }
    try (var off = engine().noGrad();
        var scope = engine().scope()) {
      double m = affinity.centreMomentum();
      centre.mix(m, engine().floats(mean, width), 1 - m);
    }
  }

  /**
   * Both terms, each a share of the mean over {@code images}.
   *
   * @param pixels columns of the views that the maps are of, padding included
   */
  List<Losses.Term> losses(StepPart part, int pixels, Maps model, Maps keys, double images) {
    PixelFeatures.Level map = model.decoder().map(model.features());
    List<RegionGrid> first = grids(part, pixels, map, 0);
    List<RegionGrid> second = grids(part, pixels, map, 1);
    Tensor said = model.decoder().points(map); // [B,S,D]
    Tensor answered;
    try (var off = engine().noGrad()) {
      answered = keys.decoder().points(keys.decoder().map(keys.features()));
    }
    remember(part.index(), answered);
    Tensor ofRegions = regions(part, first, second, said, answered).sum();
    Tensor ofPoints = likeness(first, second, said, answered).sum();
    return List.of(
        new Losses.Term("loss_points", ofRegions.mul(contrast.weight() / images)),
        new Losses.Term("loss_affinity", ofPoints.mul(affinity.weight() / images)));
  }

  private void remember(int part, Tensor answered) {
    float[] sums = answered.flatten(0, 1).sum(0).toFloats();
    double[] kept = new double[width + 1];
    for (int i = 0; i < width; i++) {
      kept[i] = sums[i];
    }
    kept[width] = (double) answered.size(0) * answered.size(1);
    told.put(part, kept);
  }

  private static List<RegionGrid> grids(
      StepPart part, int pixels, PixelFeatures.Level map, int view) {
    List<RegionGrid> grids = new ArrayList<>();
    for (TrainingExample example : part.batch().examples()) {
      if (example.views().size() != 2) {
        throw new IllegalArgumentException(
            "plrc: expected examples of two views (augment.type = views), got image %s without"
                .formatted(example.imageId()));
      }
      ViewCrop crop = example.views().get(view);
      double stride = (double) pixels / map.width();
      grids.add(new RegionGrid(crop, map.height(), map.width(), stride));
    }
    return grids;
  }

  private Tensor regions(
      StepPart part,
      List<RegionGrid> first,
      List<RegionGrid> second,
      Tensor said,
      Tensor answered) {
    int batch = first.size();
    int points = contrast.count();
    int n = contrast.grid();
    int others = OTHER_REGIONS * points;
    int places = said.intSize(1);
    RandomStream random = engine().random().get("regions").fork(part.step().number());
    long[] queries = new long[batch * points];
    long[] same = new long[batch * points];
    long[] elsewhere = new long[batch * others];
    float[] missing = new float[batch * others];
    float[] counted = new float[batch];
    for (int i = 0; i < batch; i++) {
      PointDraw draw =
          PointDraw.of(
              first.get(i).labels(n),
              second.get(i).labels(n),
              n * n,
              points,
              OTHER_REGIONS,
              random.fork(part.firstImage() + (long) i));
      counted[i] = draw.queries().length > 0 ? 1 : 0;
      for (int p = 0; p < points; p++) {
        int at = i * places;
        queries[i * points + p] = (long) at + (counted[i] > 0 ? draw.queries()[p] : 0);
        same[i * points + p] = (long) at + (counted[i] > 0 ? draw.same()[p] : 0);
      }
      for (int p = 0; p < others; p++) {
        int place = draw.others()[p];
        elsewhere[i * others + p] = (long) i * places + Math.max(0, place);
        missing[i * others + p] = place < 0 ? PointContrast.NEVER : 0;
      }
    }
    PointContrast loss = new PointContrast(contrast.temperature(), contrast.baseTemperature());
    Tensor q = WordSpace.directions(taken(said, queries, points));
    Tensor k = WordSpace.directions(taken(answered, same, points));
    Tensor losses =
        contrast.negatives() == Plrc.Negatives.IN_BATCH
            ? loss.inBatch(q, k)
            : loss.inImage(
                q,
                k,
                WordSpace.directions(taken(answered, elsewhere, others)),
                engine().floats(missing, batch, others));
    return losses.mul(engine().floats(counted, batch));
  }

  private Tensor likeness(
      List<RegionGrid> first, List<RegionGrid> second, Tensor said, Tensor answered) {
    int batch = first.size();
    int places = said.intSize(1);
    long[] partners = new long[batch * places];
    float[] weights = new float[batch * places];
    for (int i = 0; i < batch; i++) {
      int[] of = first.get(i).partners(second.get(i));
      int count = 0;
      for (int partner : of) {
        count += partner >= 0 ? 1 : 0;
      }
      for (int p = 0; p < places; p++) {
        partners[i * places + p] = i * (long) places + Math.max(0, of[p]);
        weights[i * places + p] = of[p] < 0 ? 0 : 1f / count;
      }
    }
    return PointDistillation.losses(
        said,
        taken(answered, partners, places),
        centre.tensor().detach(),
        affinity.studentTemperature(),
        teacherTemperature,
        engine().floats(weights, batch, places));
  }

  /** Rows of all pictures' places [B,S,D], by their numbers among them all: [B,n,D]. */
  private Tensor taken(Tensor places, long[] rows, int each) {
    return places
        .flatten(0, 1)
        .indexSelect(0, engine().longs(rows, rows.length))
        .reshape(places.size(0), each, width);
  }
}
