package org.maskwright.datasets.catalog;

import java.util.BitSet;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.DatasetView;

/** Divides a data set that is not divided: the last images in the order of names are held out. */
final class HoldOut {
  private HoldOut() {}

  /**
   * One side.
   *
   * @param amount below 1 a share of the images, else their number
   * @param split {@code train} or "" for what stays, {@code val} or {@code test} for what is held
   *     out
   * @throws DatasetException if nothing would stay, or the split is another one
   */
  static Dataset part(Dataset whole, double amount, String split) {
    boolean held =
        switch (split) {
          case "", "train" -> false;
          case "val", "test" -> true;
          default ->
              throw new DatasetException(
                  "data.split: with a hold-out expected train, val or test, got " + split);
        };
    int size = whole.size();
    long count = amount < 1 ? Math.max(1, Math.round(amount * size)) : (long) amount;
    if (count >= size) {
      throw new DatasetException(
          "data.hold-out: expected fewer than the %d images of %s, got %d"
              .formatted(size, whole.name(), count));
    }
    BitSet last = new BitSet(size);
    IntStream.range(0, size)
        .boxed()
        .sorted(Comparator.comparing(i -> whole.info(i).file().toString()))
        .skip(size - count)
        .forEach(last::set);
    return DatasetView.where(whole, i -> last.get(i) == held)
        .named(whole.name() + (held ? " held out" : " kept"));
  }
}
