package org.maskwright.trainer.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.head.Vocabulary;
import org.maskwright.modelzoo.text.ClipText;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.trainer.run.SpokenWords;
import org.maskwright.trainer.words.Templates;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that ask a model about other classes than its own. */
final class WordsMixin {
  private static final List<String> OPTIONS =
      List.of("--classes", "--stuff", "--bank", "--text-model", ClipMixin.ACTIVATION);

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

  @Option(
      names = "--text-model",
      paramLabel = "CLIP",
      description =
          "In place of --bank: the text encoder itself, as text-bank --model takes it, which makes"
              + " the vectors in the sentences that text-bank has by default.")
  private Optional<Path> textModel = Optional.empty();

  @Mixin private ClipMixin clip;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * Checks that no classes are asked for.
   *
   * @param beside what they do not go with
   * @throws ParameterException naming the option that is there
   */
  void requireNone(String beside) {
    OptionWish.none(spec, OPTIONS, beside);
  }

  /**
   * The classes that are asked for; reads the bank, or makes it.
   *
   * @throws ParameterException if options do not fit each other, or a word is empty
   */
  Optional<SpokenWords> spoken() {
    for (String name : classes.isEmpty() ? OPTIONS : List.<String>of()) {
      if (spec.commandLine().getParseResult().hasMatchedOption(name)) {
        throw new ParameterException(spec.commandLine(), name + ": only with --classes");
      }
    }
    if (textModel.isEmpty() && clip.activation().isPresent()) {
      throw new ParameterException(
          spec.commandLine(), ClipMixin.ACTIVATION + ": only with --text-model");
    }
    if (bank.isPresent()) {
      OptionWish.none(spec, List.of("--text-model"), "--bank");
    }
    return classes.map(
        words -> {
          Vocabulary vocabulary =
              OptionWish.of(spec, () -> Vocabulary.parse(words, stuff.orElse("")));
          return new SpokenWords(
              vocabulary,
              bank.map(TextBank::read).or(() -> textModel.map(model -> made(vocabulary, model))));
        });
  }

  private TextBank made(Vocabulary vocabulary, Path model) {
    List<String> sentences = Templates.read(Templates.USUAL);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu"));
        ClipText text = ClipText.open(engine, model, clip.activation())) {
      List<String> words =
          vocabulary.words().stream().flatMap(each -> each.words().stream()).toList();
      for (String word : text.tooLong(words, sentences)) {
        spec.commandLine()
            .getErr()
            .printf(
                "warning: '%s' does not fit into the encoder's %d tokens and is cut%n",
                word, text.transformer().sizes().context());
      }
      TextBank bank = text.bank(vocabulary.words(), sentences, () -> {});
      Map<String, String> origin = new LinkedHashMap<>(bank.provenance());
      origin.put(Templates.PROVENANCE, Templates.USUAL);
      return bank.withProvenance(origin);
    }
  }
}
