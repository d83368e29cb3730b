package org.maskwright.modelzoo.pixeldecoder;

import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Sine encodings of the positions in a map, normalised by its size.
 *
 * <p><b>Maths</b> position p = 1..n becomes p / (n + 1e-6) 2 pi; channel i of an axis is sin (i
 * even) or cos (i odd) of that by 10000^(2 floor(i / 2) / (C / 2)); the first half of the channels
 * encodes y, the second x. In a clip the encoding of the frame among T, over all channels, is added
 * to that of the place.
 *
 * <p><b>Source</b> DETR (arXiv 2005.12872), normalised variant; of clips Mask2Former for video
 * (arXiv 2112.10764)
 */
public final class SinePositions {
  private static final double TEMPERATURE = 10_000;
  private static final double EPS = 1e-6;

  /** Maps of at most this many sizes are remembered: the levels of a few image sizes. */
  private static final int REMEMBERED = 12;

  private record Size(int height, int width) {}

  private final int channels;
  private final Map<Size, float[]> remembered =
      new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Size, float[]> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Encodings of {@code channels} values, an even number. */
  public SinePositions(int channels) {
    this.channels = channels;
  }

  /** [S,C] with S = height * width, row by row. */
  public Tensor tokens(Engine engine, int height, int width) {
    float[] values =
        remembered.computeIfAbsent(new Size(height, width), size -> encode(height, width));
    return engine.floats(values, (long) height * width, channels);
  }

  /** Of clips: [T*S,C], frame by frame. */
  public Tensor clipTokens(Engine engine, int frames, int height, int width) {
    return engine.tidy(
        scope -> {
          Tensor places = tokens(engine, height, width).unsqueeze(0);
          Tensor times = engine.floats(axis(frames, channels), frames, 1, channels);
          return places.add(times).flatten(0, 1);
        });
  }

  private float[] encode(int height, int width) {
    int half = channels / 2;
    float[] rows = axis(height, half);
    float[] columns = axis(width, half);
    float[] out = new float[Math.multiplyExact(Math.multiplyExact(height, width), channels)];
    for (int y = 0, at = 0; y < height; y++) {
      for (int x = 0; x < width; x++, at += channels) {
        System.arraycopy(rows, y * half, out, at, half);
        System.arraycopy(columns, x * half, out, at + half, half);
      }
    }
    return out;
  }

  /** [n,width]: an encoding of that many channels for each of n positions. */
  private static float[] axis(int n, int width) {
    float[] out = new float[n * width];
    float[] period = new float[width];
    for (int i = 0; i < width; i++) {
      period[i] = (float) Math.pow(TEMPERATURE, 2 * (i / 2) / (double) width);
    }
    for (int p = 0; p < n; p++) {
      // Rounded to float where the reference rounds, so that the phases agree.
      float angle = (p + 1) / (float) (n + EPS) * (float) (2 * Math.PI);
      for (int i = 0; i < width; i++) {
        float phase = angle / period[i];
        out[p * width + i] = (float) (i % 2 == 0 ? Math.sin(phase) : Math.cos(phase));
      }
    }
    return out;
  }
}
