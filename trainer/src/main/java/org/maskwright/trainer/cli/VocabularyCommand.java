package org.maskwright.trainer.cli;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.maskwright.datasets.captions.CaptionFile;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.text.BytePairs;
import org.maskwright.modelzoo.text.ClipTokenizer;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.output.OutputFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright data vocabulary}: a vocabulary out of captions. */
@Command(
    name = "vocabulary",
    description = {
      "Learn the vocabulary of a text encoder from captions: byte pairs that stand together most"
          + " often become tokens. What is written is included in a configuration: it sets"
          + " model.decoder.captions.merges. Without it a model has the published vocabulary of CLIP."
    })
final class VocabularyCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files of captions, in the forms of docs/captions.md.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--merges",
      paramLabel = "N",
      defaultValue = "2000",
      description =
          "At most so many merges; a vocabulary has 514 tokens more (default: ${DEFAULT-VALUE}).")
  private int merges;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Configuration to write, .conf.")
  private Path out;

  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    OptionRange.between(spec, "--merges", 1, 1 << 16, merges);
    OutputFolder.requireFree(out);
    BytePairs pairs = new BytePairs();
    List<String> captions = new ArrayList<>();
    for (Path file : files) {
      new CaptionFile(file)
          .read(
              (picture, text) -> {
                pairs.add(text);
                captions.add(text);
              });
    }
    if (pairs.words() == 0) {
      throw new ConfigException("%s: expected captions, found none that says anything".formatted(files));
    }
    List<String> learnt = pairs.merges(merges);
    OutputFile.write(
        out,
        "# Merges of byte pairs, learnt from captions by \"maskwright data vocabulary\".\n"
            + "model.decoder.captions.merges = "
            + ConfigValueFactory.fromIterable(learnt).render(ConfigRenderOptions.concise())
            + "\n");
    ClipTokenizer tokenizer = ClipTokenizer.of(learnt, out.toString());
    int longest = 0;
    long sum = 0;
    for (String caption : captions) {
      int length = tokenizer.numbers(caption).size() + 2;
      longest = Math.max(longest, length);
      sum += length;
    }
    double mean = (double) sum / captions.size();
    int most = longest;
    PrintWriter lines = spec.commandLine().getOut();
    json.report(
        lines,
        () ->
            lines.printf(
                Locale.ROOT,
                "%s: %d merges, %d tokens, of %d captions of %d words; a caption has %.1f tokens in the mean, the longest %d (model.decoder.captions.context)%n",
                out,
                learnt.size(),
                tokenizer.size(),
                captions.size(),
                pairs.words(),
                mean,
                most),
        () ->
            JsonLines.object(
                g -> {
                  g.writeStringField("file", out.toString());
                  g.writeNumberField("merges", learnt.size());
                  g.writeNumberField("tokens", tokenizer.size());
                  g.writeNumberField("captions", captions.size());
                  g.writeNumberField("words", pairs.words());
                  g.writeNumberField("meanTokens", mean);
                  g.writeNumberField("mostTokens", most);
                }));
    return ExitCode.OK.code();
  }
}
