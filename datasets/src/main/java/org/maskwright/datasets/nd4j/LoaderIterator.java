package org.maskwright.datasets.nd4j;

import java.util.NoSuchElementException;
import java.util.Optional;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.transform.Augmentation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Any data set for ND4J and DL4J: features 0 is the normalised images [B,C,H,W], labels as {@link
 * LabelForm} says. Images and augmentation are those of a {@link Loader}, which works ahead on its
 * own threads.
 *
 * <p>With {@link LoaderSettings.Order#SHUFFLED} there is always a next batch.
 *
 * <p><b>Lifecycle</b> close it; {@link #reset} begins again with the first epoch.
 */
public final class LoaderIterator implements MultiDataSetIterator, AutoCloseable {
  private static final long serialVersionUID = 1L;

  private final transient Dataset dataset;
  private final transient Augmentation augmentation;
  private final transient LoaderSettings settings;
  private final transient Normalization normalization;
  private final LabelForm form;
  private transient Loader loader;
  private transient Optional<Batch> ahead;
  private transient MultiDataSetPreProcessor preProcessor;

  /** An iterator over {@code dataset}. */
  public LoaderIterator(
      Dataset dataset,
      Augmentation augmentation,
      LoaderSettings settings,
      Normalization normalization,
      LabelForm form) {
    this.dataset = dataset;
    this.augmentation = augmentation;
    this.settings = settings;
    this.normalization = normalization;
    this.form = form;
    this.loader = new Loader(dataset, augmentation, settings);
    this.ahead = Optional.empty();
  }

  @Override
  public boolean hasNext() {
    if (ahead.isEmpty()) {
      ahead = loader.next();
    }
    return ahead.isPresent();
  }

  @Override
  public MultiDataSet next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more batches; reset() begins again");
    }
    Batch batch = ahead.orElseThrow();
    ahead = Optional.empty();
    MultiDataSet arrays = arrays(batch, dataset.categories());
    if (preProcessor != null) {
      preProcessor.preProcess(arrays);
    }
    return arrays;
  }

  @Override
  public MultiDataSet next(int count) {
    if (count != settings.batchSize()) {
      throw new IllegalArgumentException(
          "batch size: expected the loader's %d, got %d".formatted(settings.batchSize(), count));
    }
    return next();
  }

  private MultiDataSet arrays(Batch batch, Categories categories) {
    INDArray images =
        Nd4j.createFromArray(batch.normalizedImages(normalization))
            .reshape(batch.size(), normalization.channels().count(), batch.height(), batch.width());
    return switch (form) {
      case MASKS_AND_CLASSES -> masksAndClasses(images, batch);
      case CLASS_MAP -> classMap(images, batch, categories.size());
    };
  }

  private static MultiDataSet masksAndClasses(INDArray images, Batch batch) {
    int most =
        Math.max(
            1, batch.examples().stream().mapToInt(TrainingExample::targetCount).max().orElse(1));
    int plane = batch.height() * batch.width();
    float[] masks = new float[Math.multiplyExact(batch.size() * most, plane)];
    int[] classes = new int[batch.size() * most];
    float[] valid = new float[classes.length];
    for (int b = 0; b < batch.size(); b++) {
      TrainingExample example = batch.examples().get(b);
      for (int n = 0; n < example.targetCount(); n++) {
        classes[b * most + n] = example.classes()[n];
        valid[b * most + n] = 1;
        spread(example, n, batch.width(), masks, (b * most + n) * plane);
      }
    }
    INDArray labelMasks = Nd4j.createFromArray(valid).reshape(batch.size(), most);
    return new org.nd4j.linalg.dataset.MultiDataSet(
        new INDArray[] {images},
        new INDArray[] {
          Nd4j.createFromArray(masks).reshape(batch.size(), most, batch.height(), batch.width()),
          Nd4j.createFromArray(classes).reshape(batch.size(), most)
        },
        null,
        new INDArray[] {null, labelMasks});
  }

  private static MultiDataSet classMap(INDArray images, Batch batch, int classCount) {
    int plane = batch.height() * batch.width();
    float[] oneHot = new float[Math.multiplyExact(batch.size() * classCount, plane)];
    float[] known = new float[batch.size() * plane];
    for (int b = 0; b < batch.size(); b++) {
      TrainingExample example = batch.examples().get(b);
      example.requireMasks();
      for (int n = 0; n < example.targetCount(); n++) {
        int k = example.classes()[n];
        spread(example, n, batch.width(), oneHot, (b * classCount + k) * plane);
        spread(example, n, batch.width(), known, b * plane);
      }
    }
    return new org.nd4j.linalg.dataset.MultiDataSet(
        new INDArray[] {images},
        new INDArray[] {
          Nd4j.createFromArray(oneHot)
              .reshape(batch.size(), classCount, batch.height(), batch.width())
        },
        null,
        new INDArray[] {
          Nd4j.createFromArray(known).reshape(batch.size(), 1, batch.height(), batch.width())
        });
  }

  /** Sets 1 where mask n of an example is set. */
  private static void spread(TrainingExample example, int n, int rowStride, float[] to, int at) {
    for (int y = 0; y < example.height(); y++) {
      for (int x = 0; x < example.width(); x++) {
        if (example.masks().get(n, y, x)) {
          to[at + y * rowStride + x] = 1;
        }
      }
    }
  }

  @Override
  public void setPreProcessor(MultiDataSetPreProcessor newPreProcessor) {
    this.preProcessor = newPreProcessor;
  }

  @Override
  public MultiDataSetPreProcessor getPreProcessor() {
    return preProcessor;
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  /** False: the loader works ahead already. */
  @Override
  public boolean asyncSupported() {
    return false;
  }

  @Override
  public void reset() {
    loader.close();
    loader = new Loader(dataset, augmentation, settings);
    ahead = Optional.empty();
  }

  @Override
  public void close() {
    loader.close();
  }
}
