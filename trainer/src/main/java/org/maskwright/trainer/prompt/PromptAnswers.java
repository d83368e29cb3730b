package org.maskwright.trainer.prompt;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.trainer.result.MaskRuns;
import org.maskwright.trainer.result.ResultCodec;

/**
 * How a model answered prompts for the annotated objects of a picture.
 *
 * @param objects in the order of the annotation
 */
public record PromptAnswers(List<Answered> objects) {
  /** Keeps the list. */
  public PromptAnswers {
    objects = List.copyOf(objects);
  }

  /**
   * How it answered for one object. Overlaps are intersections over unions with the annotated mask,
   * in [0,1].
   *
   * @param category contiguous index of its class
   * @param centred overlap after 1 to 9 clicks in the middle of what is wrong
   * @param random overlap after 1 to 9 clicks anywhere in what is wrong
   * @param single overlap of the single mask after one centred click
   * @param expected overlap that the model expects of its three hypotheses after one centred click
   * @param actual overlap of these hypotheses
   * @param boxed overlap for the object's box
   * @param clicks the centred ones
   * @param mask after the last of these
   */
  public record Answered(
      int category,
      List<Double> centred,
      List<Double> random,
      double single,
      List<Double> expected,
      List<Double> actual,
      double boxed,
      List<Click> clicks,
      Rle mask) {
    /** Keeps copies. */
    public Answered {
      centred = List.copyOf(centred);
      random = List.copyOf(random);
      expected = List.copyOf(expected);
      actual = List.copyOf(actual);
      clicks = List.copyOf(clicks);
    }

    /**
     * The overlap of the best of the three hypotheses, which only who knows the object can choose.
     */
    public double oracle() {
      return actual.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }
  }

  /** How they go to another process. */
  static final ResultCodec<PromptAnswers> CODEC =
      new ResultCodec<>() {
        @Override
        public void write(PromptAnswers result, DataOutput out) throws IOException {
          out.writeInt(result.objects().size());
          for (Answered a : result.objects()) {
            out.writeInt(a.category());
            for (List<Double> values : List.of(a.centred(), a.random(), a.expected(), a.actual())) {
              writeDoubles(values, out);
            }
            out.writeDouble(a.single());
            out.writeDouble(a.boxed());
            out.writeInt(a.clicks().size());
            for (Click click : a.clicks()) {
              out.writeDouble(click.x());
              out.writeDouble(click.y());
              out.writeBoolean(click.object());
            }
            MaskRuns.write(a.mask(), out);
          }
        }

        @Override
        public PromptAnswers read(DataInput in) throws IOException {
          int count = in.readInt();
          List<Answered> objects = new ArrayList<>(count);
          for (int i = 0; i < count; i++) {
            int category = in.readInt();
            List<Double> centred = readDoubles(in);
            List<Double> random = readDoubles(in);
            List<Double> expected = readDoubles(in);
            List<Double> actual = readDoubles(in);
            double single = in.readDouble();
            double boxed = in.readDouble();
            int clicks = in.readInt();
            List<Click> places = new ArrayList<>(clicks);
            for (int c = 0; c < clicks; c++) {
              places.add(new Click(in.readDouble(), in.readDouble(), in.readBoolean()));
            }
            objects.add(
                new Answered(
                    category,
                    centred,
                    random,
                    single,
                    expected,
                    actual,
                    boxed,
                    places,
                    MaskRuns.read(in)));
          }
          return new PromptAnswers(objects);
        }
      };

  private static void writeDoubles(List<Double> values, DataOutput out) throws IOException {
    out.writeInt(values.size());
    for (double value : values) {
      out.writeDouble(value);
    }
  }

  private static List<Double> readDoubles(DataInput in) throws IOException {
    int count = in.readInt();
    List<Double> out = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      out.add(in.readDouble());
    }
    return out;
  }
}
