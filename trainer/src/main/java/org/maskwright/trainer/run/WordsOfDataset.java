package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.head.Vocabulary;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.source.EvaluatedData;

/**
 * The classes of a data set by their words, for a model whose class head reads words: whether it
 * was trained on them or not.
 */
final class WordsOfDataset {
  private final SegmentationModel model;
  private final Vocabulary vocabulary;
  private final Optional<TextBank> bank;

  private WordsOfDataset(SegmentationModel model, Vocabulary vocabulary, Optional<TextBank> bank) {
    this.model = model;
    this.vocabulary = vocabulary;
    this.bank = bank;
  }

  /**
   * Reads the words.
   *
   * @param classes of the data set
   * @throws ConfigException if the bank lacks some, or is of another text encoder than the model's
   */
  static WordsOfDataset of(
      SegmentationModel model, ClassSpace classes, EvaluatedData data, RunSettings run) {
    Optional<Path> file = data.settings().bank().or(() -> run.model().classHead().bank());
    Optional<TextBank> bank = file.map(TextBank::read);
    Map<String, WordClass> known =
        bank.map(TextBank::classes).orElse(List.of()).stream()
            .collect(Collectors.toMap(WordClass::name, Function.identity()));
    List<WordClass> words =
        classes.classes().stream()
            .map(c -> known.getOrDefault(c.name(), WordClass.named(c.name())))
            .toList();
    WordsOfDataset out = new WordsOfDataset(model, new Vocabulary(classes, words), bank);
    try (ClassHead.Speaking tried = out.speak()) {
      return out;
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "data.evaluations, %s: %s".formatted(data.name(), e.getMessage()), e);
    }
  }

  /** The model speaks these classes until that is closed. */
  ClassHead.Speaking speak() {
    return model.speak(vocabulary, bank);
  }
}
