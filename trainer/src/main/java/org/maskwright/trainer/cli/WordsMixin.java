package org.maskwright.trainer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.modelzoo.head.Vocabulary;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.trainer.run.SpokenWords;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that ask a model about other classes than its own. */
final class WordsMixin {
  @Option(
      names = "--classes",
      paramLabel = "WORDS",
      description =
          "Classes to look for in place of the model's own, with commas between; words of one"
              + " class with | between, the first is its name: \"crate, fishing boat|boat, sand\"."
              + " Any words of a model that was trained with model.class-head.type = words and has"
              + " vectors of them, some of its own classes of any other.")
  private Optional<String> classes = Optional.empty();

  @Option(
      names = "--stuff",
      paramLabel = "WORDS",
      description =
          "Names of those of --classes that are stuff, whose instances are not told apart (sand,"
              + " sky), with commas between (default: none, all are things).")
  private Optional<String> stuff = Optional.empty();

  @Option(
      names = "--bank",
      paramLabel = "FILE",
      description =
          "Text bank with vectors of the words of --classes, of the text encoder that the model was"
              + " trained with (default: the bank that it was trained with, and its own classes).")
  private Optional<Path> bank = Optional.empty();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * Checks that no classes are asked for.
   *
   * @param beside what they do not go with
   * @throws ParameterException naming the option that is there
   */
  void requireNone(String beside) {
    OptionWish.none(spec, List.of("--classes", "--stuff", "--bank"), beside);
  }

  /**
   * The classes that are asked for; reads the bank.
   *
   * @throws ParameterException if options do not fit each other, or a word is empty
   */
  Optional<SpokenWords> spoken() {
    if (classes.isEmpty() && (stuff.isPresent() || bank.isPresent())) {
      throw new ParameterException(
          spec.commandLine(), (stuff.isPresent() ? "--stuff" : "--bank") + ": only with --classes");
    }
    return classes.map(
        words -> {
          Vocabulary vocabulary =
              OptionWish.of(spec, () -> Vocabulary.parse(words, stuff.orElse("")));
          return new SpokenWords(vocabulary, bank.map(TextBank::read));
        });
  }
}
