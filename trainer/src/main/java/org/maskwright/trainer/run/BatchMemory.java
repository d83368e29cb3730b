package org.maskwright.trainer.run;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.maskwright.trainer.config.AugmentSettings;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.DataSettings;
import org.maskwright.trainer.config.RunSettings;

/**
 * Refuses a batch of which the images alone do not fit, before anything is read: a lower bound, of
 * a byte for each channel of a pixel as decoded and 4 as float32. What the network needs beside
 * them depends on the model and is many times that.
 */
final class BatchMemory {
  private static final double GIB = 1L << 30;

  private BatchMemory() {}

  /**
   * @throws ConfigException if the images of one batch take more than the machine has, or than one
   *     array can hold
   */
  static void require(RunSettings settings) {
    require(settings, machineBytes());
  }

  static void require(RunSettings settings, long machineBytes) {
    boolean mixed = settings.data().sampling() == DataSettings.Sampling.MIXED;
    settings
        .data()
        .sources()
        .forEach(
            source ->
                require(
                    settings.data().channels(),
                    source.augment(),
                    (long) source.frames()
                        * (mixed ? settings.train().batchSize() : source.batchSize()),
                    machineBytes));
  }

  private static void require(
      int channels, AugmentSettings augment, long images, long machineBytes) {
    double values = (double) channels * augment.pixels() * images;
    double bytes = values * (1 + Float.BYTES);
    if (values > Integer.MAX_VALUE || bytes > machineBytes) {
      throw new ConfigException(
          String.format(
              Locale.ROOT,
              "train.batch-size: the %d images of a batch alone take %.1f GiB; this machine has"
                  + " %.1f GiB, and one array holds 8 GiB. Lower train.batch-size (train.accumulate"
                  + " makes up for it) or the crop in augment",
              images,
              bytes / GIB,
              machineBytes / GIB));
    }
  }

  /** Memory of the machine, or of the container. */
  private static long machineBytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }
}
