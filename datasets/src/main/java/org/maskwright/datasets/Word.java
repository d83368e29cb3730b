package org.maskwright.datasets;

import java.util.Arrays;
import java.util.Objects;

/**
 * A word or a few that something can be called by, and where it lies among all words: its embedding
 * [D], as a text model gives it.
 *
 * <p><b>Threads</b> Immutable. Two of one text are one word.
 */
public final class Word {
  private final String text;
  private final float[] embedding;

  /**
   * A word.
   *
   * @param embedding [D], kept as a copy
   * @throws IllegalArgumentException if it says nothing
   */
  public Word(String text, float[] embedding) {
    this.text = Objects.requireNonNull(text, "text");
    this.embedding = embedding.clone();
    if (text.isBlank() || embedding.length == 0) {
      throw new IllegalArgumentException(
          "word \"%s\": expected a text and an embedding, got %d numbers"
              .formatted(text, embedding.length));
    }
  }

  /** The word, as it is written in the list that it comes from. */
  public String text() {
    return text;
  }

  /** D. */
  public int width() {
    return embedding.length;
  }

  /** Writes the embedding from {@code target[offset]} on. */
  public void write(float[] target, int offset) {
    System.arraycopy(embedding, 0, target, offset, embedding.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Word word
        && text.equals(word.text)
        && Arrays.equals(embedding, word.embedding);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
