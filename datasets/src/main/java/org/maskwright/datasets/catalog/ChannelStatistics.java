package org.maskwright.datasets.catalog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.image.ImageWindows;

/**
 * Mean and standard deviation of each channel over all pixels of the pictures of a data set, in
 * units of 0..255: what their values are normalised with.
 *
 * @param images that were read
 * @param pixels of these
 * @param mean of each channel
 * @param std of each channel, that of the population
 * @param highest value of any channel
 */
public record ChannelStatistics(
    int images, long pixels, List<Double> mean, List<Double> std, double highest) {
  /** Pictures that are read at most, evenly spread. */
  static final int MOST_IMAGES = 500;

  private static final int BAND_ROWS = 512;

  /** Keeps the lists. */
  public ChannelStatistics {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /**
   * Reads up to 500 pictures, evenly spread over the data set, with all processors; large ones in
   * bands. Those that cannot be read are left to whoever loads them; empty if none can.
   *
   * @throws DatasetException if pictures have different numbers of channels
   */
  public static Optional<ChannelStatistics> of(Dataset dataset) {
    int size = dataset.size();
    int count = Math.min(size, MOST_IMAGES);
    List<Moments> each =
        IntStream.range(0, count)
            .parallel()
            .mapToObj(i -> readable(dataset, (int) ((long) i * size / count)))
            .flatMap(Optional::stream)
            .toList();
    if (each.isEmpty()) {
      return Optional.empty();
    }
    Moments all = each.get(0);
    for (Moments one : each.subList(1, each.size())) {
      if (one.mean.length != all.mean.length) {
        throw ChannelSurvey.of(dataset).differing();
      }
      all = all.with(one);
    }
    return Optional.of(of(all, each.size()));
  }

  private static ChannelStatistics of(Moments all, int images) {
    return new ChannelStatistics(
        images,
        all.count,
        Arrays.stream(all.mean).boxed().toList(),
        Arrays.stream(all.squares).mapToObj(s -> Math.sqrt(s / all.count)).toList(),
        all.highest);
  }

  private static Optional<Moments> readable(Dataset dataset, int index) {
    try {
      return Optional.of(Moments.of(dataset, index));
    } catch (DatasetException broken) { // it is reported where it is loaded
      return Optional.empty();
    }
  }

  /** What pixels are normalised with: a channel of one value is divided by 1. */
  public Normalization normalization() {
    List<Float> deviations = new ArrayList<>();
    std.forEach(s -> deviations.add(s.floatValue() > 0 ? s.floatValue() : 1f));
    return new Normalization(mean.stream().map(Double::floatValue).toList(), deviations);
  }

  /** Channels that have one value everywhere, from 1. */
  public List<Integer> constant() {
    return IntStream.range(0, std.size())
        .filter(c -> std.get(c) == 0)
        .mapToObj(c -> c + 1)
        .toList();
  }

  /** How many channels there are. */
  public Channels channels() {
    return new Channels(mean.size());
  }

  /**
   * Sums that can be added up without loss: count, means and squared distances from them.
   *
   * <p><b>Source</b> Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for
   * computing sample variances, 1979
   */
  private static final class Moments {
    private final long count;
    private final double[] mean;
    private final double[] squares;
    private final double highest;

    private Moments(long count, double[] mean, double[] squares, double highest) {
      this.count = count;
      this.mean = mean;
      this.squares = squares;
      this.highest = highest;
    }

    static Moments of(Dataset dataset, int index) {
      try (ImageWindows picture = ImageWindows.open(dataset, index)) {
        Size size = picture.size();
        Moments all = null;
        for (int y = 0; y < size.height(); y += BAND_ROWS) {
          int rows = Math.min(BAND_ROWS, size.height() - y);
          Moments band = of(picture.read(new Window(0, y, size.width(), rows)));
          all = all == null ? band : all.with(band);
        }
        return all;
      }
    }

    private static Moments of(Photograph band) {
      int pixels = band.width() * band.height();
      double[] mean = new double[band.channels()];
      double[] squares = new double[mean.length];
      double highest = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < mean.length; c++) {
        float[] values = channel(band, c);
        double sum = 0;
        for (float value : values) {
          sum += value;
          highest = Math.max(highest, value);
        }
        mean[c] = sum / pixels;
        for (float value : values) {
          squares[c] += (value - mean[c]) * (value - mean[c]);
        }
      }
      return new Moments(pixels, mean, squares, highest);
    }

    private static float[] channel(Photograph band, int channel) {
      int pixels = band.width() * band.height();
      float[] out = new float[pixels];
      return band.match(
          rgb -> {
            for (int i = 0; i < pixels; i++) {
              out[i] = rgb.data()[3 * i + channel] & 0xFF;
            }
            return out;
          },
          image -> {
            System.arraycopy(image.values(), channel * pixels, out, 0, pixels);
            return out;
          });
    }

    Moments with(Moments other) {
      double[] means = new double[mean.length];
      double[] sums = new double[mean.length];
      long total = count + other.count;
      for (int c = 0; c < means.length; c++) {
        double step = other.mean[c] - mean[c];
        means[c] = mean[c] + step * other.count / total;
        sums[c] = squares[c] + other.squares[c] + step * step * count * other.count / total;
      }
      return new Moments(total, means, sums, Math.max(highest, other.highest));
    }
  }
}
