package org.maskwright.trainer.caption;

import java.util.List;
import org.maskwright.datasets.Word;

/**
 * What somebody said that an image shows.
 *
 * @param words at least one
 */
record ImageWords(List<Word> words) {
  ImageWords {
    words = List.copyOf(words);
    if (words.isEmpty()) {
      throw new IllegalArgumentException("words: expected at least one, got none");
    }
  }
}
