package org.maskwright.trainer.caption;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.Word;
import org.maskwright.datasets.clip.Examples;

/**
 * Examples that lose each of their words with a probability, so that an image does not stand for
 * one combination of words. One of them always stays.
 */
record WordDrop(Examples own, double probability) implements Examples {
  @Override
  public String name() {
    return own.name();
  }

  @Override
  public int size() {
    return own.size();
  }

  @Override
  public SampleInfo info(int index) {
    return own.info(index);
  }

  @Override
  public TrainingExample example(int index, RandomGenerator random) {
    TrainingExample example = own.example(index, random);
    List<Word> words = example.words();
    if (words.size() < 2) {
      return example;
    }
    List<Word> kept = new ArrayList<>();
    int spared = random.nextInt(words.size());
    for (int i = 0; i < words.size(); i++) {
      if (random.nextDouble() >= probability || i == spared) {
        kept.add(words.get(i));
      }
    }
    return example.withWords(kept);
  }

  @Override
  public String counted() {
    return own.counted();
  }
}
