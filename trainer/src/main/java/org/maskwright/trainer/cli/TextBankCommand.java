package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.text.ClipText;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.trainer.clip.TextEncoders;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.run.Console;
import org.maskwright.trainer.words.NearWords;
import org.maskwright.trainer.words.Templates;
import org.maskwright.trainer.words.WordFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code maskwright text-bank}: embeddings of class names by a CLIP's text encoder. */
@Command(
    name = "text-bank",
    description = {
      "Make a bank of words: embeddings of class names in sentences, by the text encoder of a CLIP"
          + " (OpenAI, OpenCLIP, MetaCLIP, Hugging Face). A model whose class head compares with"
          + " words reads it; no text encoder is needed any more.",
      "Classes are one a line: a name, or name|synonym|..., or id:name,synonym,... in every line;"
          + " or the categories of a JSON of COCO's or LVIS's."
    },
    subcommands = TextBankWeighCommand.class)
final class TextBankCommand implements Callable<Integer> {
  /** As near as that two words are hardly told apart. */
  private static final double NEAR = 0.95;

  private static final int PAIRS = 8;
  private static final int SHOWN = 3;

  @Option(names = "--classes", paramLabel = "FILE", description = "Classes and their words.")
  private Path classes;

  @Option(
      names = "--synonyms",
      description =
          "Names with commas or semicolons, such as those of ADE20K, are lists of synonyms; LVIS's"
              + " synonyms are words too.")
  private boolean synonyms;

  @Option(
      names = "--templates",
      paramLabel = "NAME|FILE",
      defaultValue = Templates.USUAL,
      description =
          "Sentences with {} for the word: name (the word alone), photo (one), vild (14), imagenet"
              + " (CLIP's 80), or a file with one a line (default: ${DEFAULT-VALUE}).")
  private String templates;

  @Option(
      names = "--model",
      paramLabel = "CLIP",
      description =
          "File of weights, or a folder with one; its text encoder is read. Or a checkpoint of a run of"
              + " the tasks clip and slip.")
  private Path model;

  @Option(names = "--out", paramLabel = "FILE", description = "Bank to write, .safetensors.")
  private Path out;

  @Mixin private ClipMixin clip;
  @Mixin private EngineMixin engine;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    requireGiven();
    OutputFolder.requireFree(out);
    WordFile words = WordFile.read(classes, synonyms);
    List<String> sentences = Templates.read(templates);
    List<String> warnings = new ArrayList<>();
    TextBank bank;
    try (Console console = Terminal.console(spec);
        Engine opened = engine.open();
        ClipText text = TextEncoders.open(opened, model, clip.activation())) {
      List<String> all = words.classes().stream().flatMap(c -> c.words().stream()).toList();
      for (String word : text.tooLong(all, sentences)) {
        warnings.add(
            "'%s' does not fit into the encoder's %d tokens and is cut"
                .formatted(word, text.transformer().sizes().context()));
      }
      int[] done = {0};
      bank =
          text.bank(
              words.classes(),
              sentences,
              () -> console.progress("words", ++done[0], all.size(), all.get(done[0] - 1)));
    }
    Map<String, String> origin = new LinkedHashMap<>(bank.provenance());
    origin.put(Templates.PROVENANCE, templates);
    origin.put("classes", String.valueOf(classes.getFileName()));
    origin.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    TextBank named = bank.withProvenance(origin);
    named.write(out);
    List<NearWords.Pair> near = NearWords.of(named, PAIRS);
    Terminal.warn(spec, words.notes());
    Terminal.warn(spec, warnings);
    long close = near.stream().filter(pair -> pair.cosine() >= NEAR).count();
    if (close > 0) {
      Terminal.warn(
          spec,
          List.of(
              "%d%s pair%s of words of different classes %s hardly told apart (cosine %s and more): join the classes, or name them otherwise"
                  .formatted(
                      close,
                      close == PAIRS ? " or more" : "",
                      close == 1 ? "" : "s",
                      close == 1 ? "is" : "are",
                      NEAR)));
    }
    PrintWriter lines = spec.commandLine().getOut();
    json.report(lines, () -> print(named, near, lines), () -> toJson(named, near));
    return ExitCode.OK.code();
  }

  private void requireGiven() {
    if (classes == null || model == null || out == null) {
      throw new ParameterException(
          spec.commandLine(),
          "expected --classes FILE, --model CLIP and --out FILE, or the command weigh");
    }
  }

  private void print(TextBank bank, List<NearWords.Pair> near, PrintWriter lines) {
    List<WordClass> several =
        bank.classes().stream().filter(each -> each.words().size() > 1).toList();
    lines.printf(
        Locale.ROOT,
        "%-10s %s%n%-10s %d%s%n%-10s %d%n%-10s %d, %s%n%-10s %d%n%-10s %s, %s%s%n",
        "bank",
        out,
        "classes",
        bank.classes().size(),
        several.isEmpty()
            ? ""
            : ", " + several.size() + " of several words, such as " + example(several.get(0)),
        "words",
        bank.words().size(),
        "templates",
        bank.templates().size(),
        templates,
        "width",
        bank.width(),
        "model",
        bank.provenance().get("model"),
        bank.provenance().get("activation"),
        bank.logitScale()
            .map(scale -> String.format(Locale.ROOT, ", logit scale %.1f", scale))
            .orElse(""));
    if (!near.isEmpty()) {
      lines.println("nearest words of different classes, by their means over templates:");
      near.forEach(pair -> lines.printf(Locale.ROOT, "  %.3f  %s%n", pair.cosine(), pair));
    }
  }

  private static String example(WordClass several) {
    return String.join("|", several.words().stream().limit(SHOWN).toList())
        + (several.words().size() > SHOWN ? "|..." : "");
  }

  private static String toJson(TextBank bank, List<NearWords.Pair> near) {
    return JsonLines.object(
        generator -> {
          generator.writeNumberField("classes", bank.classes().size());
          generator.writeNumberField("words", bank.words().size());
          generator.writeNumberField("templates", bank.templates().size());
          generator.writeNumberField("width", bank.width());
          generator.writeObjectFieldStart("provenance");
          for (Map.Entry<String, String> entry : bank.provenance().entrySet()) {
            generator.writeStringField(entry.getKey(), entry.getValue());
          }
          generator.writeEndObject();
          generator.writeArrayFieldStart("nearest");
          for (NearWords.Pair pair : near) {
            generator.writeStartObject();
            generator.writeStringField("firstClass", pair.firstClass());
            generator.writeStringField("firstWord", pair.firstWord());
            generator.writeStringField("secondClass", pair.secondClass());
            generator.writeStringField("secondWord", pair.secondWord());
            generator.writeNumberField("cosine", pair.cosine());
            generator.writeEndObject();
          }
          generator.writeEndArray();
        });
  }
}
