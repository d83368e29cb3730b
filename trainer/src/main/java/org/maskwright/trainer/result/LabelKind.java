package org.maskwright.trainer.result;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.modelzoo.postprocess.InstancePostProcessor;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.modelzoo.postprocess.RunLengthMask;

/**
 * What each annotated object is called by the query whose mask fits it best, however sure the model
 * is that it is an object: whether regions are named rightly, apart from whether they are found.
 */
public final class LabelKind implements ResultKind<InstanceSet> {
  private static final String ACCURACY = "accuracy";
  private static final String IOU = "IoU";

  private final InstanceKind instances = new InstanceKind();

  @Override
  public String name() {
    return "labels";
  }

  @Override
  public String meaning() {
    return "The class that each query would give its mask, if it were an object; each annotated object is compared with the mask that fits it best. Without files.";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.quality(ACCURACY, "Objects whose best mask has their class."),
        Metric.quality(IOU, "IoU of an object with its best mask, the mean of all objects."));
  }

  @Override
  public Optional<Task> annotation() {
    return Optional.of(Task.INSTANCE);
  }

  @Override
  public boolean needsMasks() {
    return true;
  }

  /** One instance of each query: of its likeliest class. */
  @Override
  public InstanceSet process(ImageOutputs outputs, ResultContext context) {
    int pairs = Math.multiplyExact(outputs.queries().queries(), outputs.queries().classes());
    InstanceSet all =
        InstancePostProcessor.process(outputs.queries(), outputs.frame(), pairs, c -> true);
    Set<RunLengthMask> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    return new InstanceSet(all.instances().stream().filter(i -> seen.add(i.mask())).toList());
  }

  @Override
  public Optional<ResultCodec<InstanceSet>> codec() {
    return Optional.of(LabelRuns.INSTANCES);
  }

  @Override
  public Supplier<Scorer<InstanceSet>> scorers(ScoringData data) {
    return () -> new Named(data.dataset().categories());
  }

  /** Counts of each class. */
  private static final class Named implements Scorer<InstanceSet> {
    private final Categories categories;
    private final long[] objects;
    private final long[] right;
    private final double[] overlap;

    Named(Categories categories) {
      this.categories = categories;
      this.objects = new long[categories.size()];
      this.right = new long[categories.size()];
      this.overlap = new double[categories.size()];
    }

    @Override
    public void add(ScoredImage image, InstanceSet result) {
      List<Rle> masks = result.instances().stream().map(i -> MaskRuns.rle(i.mask())).toList();
      for (Segment segment : image.truth()) {
        if (segment.crowd() || !categories.isThing(segment.category())) {
          continue;
        }
        Rle truth = segment.mask().toRle(image.size());
        double best = 0;
        int named = -1;
        for (int i = 0; i < masks.size(); i++) {
          double iou = masks.get(i).iou(truth);
          if (iou > best) {
            best = iou;
            named = result.instances().get(i).classIndex();
          }
        }
        objects[segment.category()]++;
        right[segment.category()] += named == segment.category() ? 1 : 0;
        overlap[segment.category()] += best;
      }
    }

    @Override
    public Scores scores() {
      ClassColumns classes = new ClassColumns();
      double[] sums = new double[3];
      for (Category c : categories) {
        int k = categories.asList().indexOf(c);
        if (objects[k] > 0) {
          classes.add(ACCURACY, c.name(), (double) right[k] / objects[k]);
          classes.add(IOU, c.name(), overlap[k] / objects[k]);
          sums[0] += right[k];
          sums[1] += overlap[k];
          sums[2] += objects[k];
        }
      }
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put(ACCURACY, 100 * sums[0] / sums[2]); // of no object NaN
      metrics.put(IOU, 100 * sums[1] / sums[2]);
      return new Scores(metrics, classes.columns());
    }
  }

  @Override
  public Picture draw(InstanceSet result, Overlay photograph, Shown shown) {
    return instances.draw(result, photograph, shown);
  }

  @Override
  public void json(InstanceSet result, Shown shown, JsonGenerator json) throws IOException {
    instances.json(result, shown, json);
  }
}
