package org.maskwright.datasets.catalog;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.DatasetView;

/**
 * Divides a data set that is not divided. Which images are held out is decided by a hash of the
 * photographs' names: it is the same on every machine and for every seed, spreads over names that
 * are sorted by class or by place, and stays nearly the same when images are added.
 */
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
                  "data.train.split: with a hold-out expected train, val or test, got " + split);
        };
    int size = whole.size();
    long count = amount < 1 ? Math.max(1, Math.round(amount * size)) : (long) amount;
    if (count >= size) {
      throw new DatasetException(
          "data.train.hold-out: expected fewer than the %d images of %s, got %d"
              .formatted(size, whole.name(), count));
    }
    BitSet chosen = new BitSet(size);
    IntStream.range(0, size)
        .boxed()
        .sorted(
            Comparator.comparingLong((Integer i) -> hash(name(whole, i)))
                .thenComparing(i -> whole.info(i).imageId()))
        .limit(count)
        .forEach(chosen::set);
    return DatasetView.where(whole, i -> chosen.get(i) == held)
        .named(whole.name() + (held ? " held out" : " kept"));
  }

  private static String name(Dataset whole, int index) {
    return whole.info(index).file().getFileName().toString();
  }

  /**
   * 64 bits of a name, evenly spread: FNV-1a over its UTF-8 bytes, then the finaliser of
   * SplitMix64, without which names that differ at their end only would lie side by side.
   */
  private static long hash(String name) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    hash = (hash ^ hash >>> 30) * 0xBF58476D1CE4E5B9L;
    hash = (hash ^ hash >>> 27) * 0x94D049BB133111EBL;
    return hash ^ hash >>> 31;
  }
}
