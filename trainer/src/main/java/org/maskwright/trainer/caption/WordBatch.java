package org.maskwright.trainer.caption;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.Word;
import org.maskwright.engine.tensor.Engine;

/** The words of the images of a batch that have some, and what each image counts. */
final class WordBatch {
  private final int width;
  private final int[] counts; // [n] words of each image
  private final float[] shares; // [n]
  private final float[] embeddings; // [N,D], those of one image after those of another

  private WordBatch(int width, int[] counts, float[] shares, float[] embeddings) {
    this.width = width;
    this.counts = counts;
    this.shares = shares;
    this.embeddings = embeddings;
  }

  /**
   * Of images.
   *
   * @param shares weight of each image's part of the loss, kept
   * @param width D of the model
   * @throws IllegalArgumentException if a word is of another
   */
  static WordBatch of(List<ImageWords> images, float[] shares, int width) {
    int[] counts = images.stream().mapToInt(i -> i.words().size()).toArray();
    float[] embeddings = new float[Math.multiplyExact(Arrays.stream(counts).sum(), width)];
    int at = 0;
    for (ImageWords image : images) {
      for (Word word : image.words()) {
        if (word.width() != width) {
          throw new IllegalArgumentException(
              "loss_grounding: expected embeddings of width %d, as the model's class head has, got width %d of \"%s\"; head and captions need the same text bank"
                  .formatted(width, word.width(), word));
        }
        word.write(embeddings, at);
        at += width;
      }
    }
    return new WordBatch(width, counts, shares, embeddings);
  }

  /** One batch after the other; at least one. */
  static WordBatch joined(List<WordBatch> batches) {
    int images = batches.stream().mapToInt(WordBatch::images).sum();
    int numbers = batches.stream().mapToInt(b -> b.embeddings.length).sum();
    int[] counts = new int[images];
    float[] shares = new float[images];
    float[] embeddings = new float[numbers];
    int image = 0;
    int at = 0;
    for (WordBatch batch : batches) {
      System.arraycopy(batch.counts, 0, counts, image, batch.images());
      System.arraycopy(batch.shares, 0, shares, image, batch.images());
      System.arraycopy(batch.embeddings, 0, embeddings, at, batch.embeddings.length);
      image += batch.images();
      at += batch.embeddings.length;
    }
    return new WordBatch(batches.get(0).width, counts, shares, embeddings);
  }

  /** n. */
  int images() {
    return counts.length;
  }

  /** What these images' regions are held against; n is at least 1. */
  Grounding on(Engine engine) {
    return new Grounding(engine, embeddings, counts, shares);
  }

  /** How many bytes {@link #write} takes. */
  int bytes() {
    return Integer.BYTES * (2 + 2 * images() + embeddings.length);
  }

  void write(ByteBuffer out) {
    out.putInt(images()).putInt(embeddings.length);
    for (int i = 0; i < images(); i++) {
      out.putInt(counts[i]).putFloat(shares[i]);
    }
    for (float value : embeddings) {
      out.putFloat(value);
    }
  }

  /** What was written, of words of the same width. */
  static WordBatch read(ByteBuffer in, int width) {
    int[] counts = new int[in.getInt()];
    float[] shares = new float[counts.length];
    float[] embeddings = new float[in.getInt()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = in.getInt();
      shares[i] = in.getFloat();
    }
    for (int i = 0; i < embeddings.length; i++) {
      embeddings[i] = in.getFloat();
    }
    return new WordBatch(width, counts, shares, embeddings);
  }
}
