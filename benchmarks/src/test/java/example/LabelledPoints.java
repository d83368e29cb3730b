package example;

import org.maskwright.datasets.TrainingExample;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.Supervision;
import org.maskwright.trainer.loss.SupervisionKind;
import org.maskwright.trainer.loss.SupervisionSettings;

/** As if someone had said of every n-th pixel which targets it belongs to, and of no other. */
public final class LabelledPoints implements SupervisionKind {
  @Override
  public String name() {
    return "labelled-points";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** Its number. */
  public record Settings(@Doc("Pixels from one labelled one to the next.") int spacing)
      implements SupervisionSettings {
    @Override
    public Supervision of(TrainingExample example, int paddedHeight, int paddedWidth) {
      if (spacing < 1 || spacing > Math.min(example.height(), example.width())) {
        throw new IllegalArgumentException("spacing: no point of the image is labelled");
      }
      return new Points(MaskSupervision.of(example, paddedHeight, paddedWidth), spacing);
    }
  }

  private record Points(MaskSupervision masks, int spacing) implements Supervision {
    private float known(int x, int y) {
      return x % spacing == 0 && y % spacing == 0 ? 1 : 0;
    }

    @Override
    public boolean weighted() {
      return true;
    }

    @Override
    public void weights(
        int n, int frame, float[] points, int from, int count, float[] weights, int to) {
      for (int i = 0; i < count; i++) {
        float x = points[from + 2 * i];
        float y = points[from + 2 * i + 1];
        weights[to + i] = known((int) (x * width()), (int) (y * height()));
      }
    }

    @Override
    public void gridWeights(int n, int frame, int height, int width, float[] weights, int to) {
      for (int i = 0; i < height * width; i++) {
        int x = i % width * width() / width;
        int y = i / width * height() / height;
        weights[to + i] = known(x, y);
      }
    }

    @Override
    public double labelledPixels() {
      float[] labels = new float[height() * width()];
      boolean[] any = new boolean[labels.length];
      for (int n = 0; n < count(); n++) {
        masks.grid(n, 0, height(), width(), labels, 0);
        for (int i = 0; i < labels.length; i++) {
          any[i] |= labels[i] > 0;
        }
      }
      double sum = 0;
      for (int i = 0; i < any.length; i++) {
        sum += any[i] ? known(i % width(), i / width()) : 0;
      }
      return sum;
    }

    // What the points are labelled with is what the masks say.

    @Override
    public int height() {
      return masks.height();
    }

    @Override
    public int width() {
      return masks.width();
    }

    @Override
    public int count() {
      return masks.count();
    }

    @Override
    public int category(int n) {
      return masks.category(n);
    }

    @Override
    public void labels(
        int n, int frame, float[] points, int from, int count, float[] labels, int to) {
      masks.labels(n, frame, points, from, count, labels, to);
    }

    @Override
    public void grid(int n, int frame, int height, int width, float[] labels, int to) {
      masks.grid(n, frame, height, width, labels, to);
    }
  }
}
