package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.clip.ClipImages;
import org.maskwright.modelzoo.text.TemplateWeights;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.vit.ClipActivation;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.weights.Provenance;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.run.Console;
import org.maskwright.trainer.words.EmbeddingFile;
import org.maskwright.trainer.words.PictureEmbeddings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright text-bank weigh}: which templates of a bank count, by unlabelled pictures. */
@Command(
    name = "weigh",
    description =
        "Find with unlabelled pictures how much each template of a bank counts (zero-shot prompt"
            + " ensembling), and write a bank that says so: heads that reduce by weights use it.")
final class TextBankWeighCommand implements Callable<Integer> {
  private static final int SHOWN = 20;
  private static final String SUFFIX = ".safetensors";

  @Parameters(paramLabel = "BANK", description = "Bank of text-bank.")
  private Path source;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR|FILE",
      description =
          "Photographs: a folder, a picture or a list in a .txt, with --model. Or embeddings [n,D] of"
              + " pictures or regions by the same CLIP: .npy, or embeddings in .npz or"
              + " .safetensors.")
  private Path images;

  @Option(
      names = "--model",
      paramLabel = "CLIP",
      description = "With photographs: the CLIP of the bank; its image encoder is read.")
  private Optional<Path> model = Optional.empty();

  @Mixin private ClipMixin clip;

  @Option(
      names = "--pretrain",
      paramLabel = "FILE",
      description =
          "Embeddings of pictures like those that the CLIP was trained with; what templates say of"
              + " these counts half of what is taken off.")
  private Optional<Path> pretrain = Optional.empty();

  @Option(
      names = "--threshold",
      paramLabel = "MADS",
      description =
          "Only templates with a score so many median absolute deviations above the median count:"
              + " 0.5 for classes of all kinds, 2 for those that are alike (default: all count).")
  private Optional<Double> threshold = Optional.empty();

  @Option(
      names = "--scale",
      paramLabel = "S",
      description = "What cosines are multiplied by (default: the bank's).")
  private Optional<Double> scale = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Bank to write (default: BANK's name with -weighted).")
  private Optional<Path> out = Optional.empty();

  @Mixin private EngineMixin engine;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Path target = out.orElseGet(this::besideBank);
    OutputFolder.requireFree(target);
    TextBank bank = TextBank.read(source);
    double factor =
        scale
            .or(bank::logitScale)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "--scale: the bank does not say its encoder's; give it (100 in OpenAI's)"));
    TemplateWeights.Settings settings =
        OptionWish.of(
            spec,
            () ->
                new TemplateWeights.Settings(
                    factor,
                    TemplateWeights.Debias.MEANS,
                    threshold.map(OptionalDouble::of).orElse(OptionalDouble.empty())));
    boolean photographs = !EmbeddingFile.isOne(images);
    requireModel(photographs);
    Optional<float[]> mean =
        pretrain.map(
            file -> OptionWish.of(spec, () -> TemplateWeights.meanOf(EmbeddingFile.read(file))));
    List<float[]> pictures;
    TemplateWeights found;
    try (Engine opened = engine.open()) {
      pictures = photographs ? embedded(opened, bank) : EmbeddingFile.read(images);
      found = weighed(opened, bank, pictures, mean, settings);
    }
    Map<String, String> origin = new LinkedHashMap<>(bank.provenance());
    origin.put(
        "weighed with",
        images.getFileName()
            + ", "
            + pictures.size()
            + (photographs ? " photographs" : " embeddings"));
    if (!photographs) {
      origin.put("weighed with sha256", Provenance.sha256(List.of(images)));
    }
    found.in(bank).withProvenance(origin).write(target);
    PrintWriter lines = spec.commandLine().getOut();
    json.report(
        lines,
        () -> print(bank, found, target, pictures.size(), lines),
        () -> toJson(bank, found, target));
    return ExitCode.OK.code();
  }

  private TemplateWeights weighed(
      Engine opened,
      TextBank bank,
      List<float[]> pictures,
      Optional<float[]> mean,
      TemplateWeights.Settings settings) {
    return OptionWish.of(spec, () -> TemplateWeights.of(opened, bank, pictures, mean, settings));
  }

  private void requireModel(boolean photographs) {
    if (photographs != model.isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          photographs
              ? "--images: expected --model CLIP too, to embed photographs, or embeddings in .npy, .npz or .safetensors"
              : "--model: only with photographs, as embeddings are made already; leave it out");
    }
  }

  /** The activation is given, or that of the bank's text encoder, which is of the same CLIP. */
  private List<float[]> embedded(Engine opened, TextBank bank) {
    Optional<VitActivation> activation =
        clip.activation()
            .or(
                () ->
                    Optional.ofNullable(bank.provenance().get("activation"))
                        .flatMap(ClipActivation::ofText));
    List<Photographs.Photograph> found = Photographs.find(List.of(images));
    try (Console console = Terminal.console(spec);
        ClipImages encoder = ClipImages.open(opened, model.get(), activation)) {
      return PictureEmbeddings.of(
          encoder, found, (done, all, name) -> console.progress("photographs", done, all, name));
    }
  }

  private Path besideBank() {
    String name = String.valueOf(source.getFileName());
    String stem = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    return source.resolveSibling(stem + "-weighted" + SUFFIX);
  }

  private static List<Integer> order(TemplateWeights found) {
    return IntStream.range(0, found.scores().size())
        .boxed()
        .sorted(Comparator.comparingDouble((Integer p) -> found.scores().get(p)).reversed())
        .toList();
  }

  private static void print(
      TextBank bank, TemplateWeights found, Path target, int pictures, PrintWriter lines) {
    lines.printf(
        "%s: %d templates weighed with %d pictures or regions%n",
        target, bank.templates().size(), pictures);
    lines.printf("%8s %8s  %s%n", "weight", "score", "template");
    List<Integer> order = order(found);
    for (int p : order.subList(0, Math.min(SHOWN, order.size()))) {
      lines.printf(
          Locale.ROOT,
          "%8.4f %8.3f  %s%n",
          found.weights().get(p),
          found.scores().get(p),
          bank.templates().get(p));
    }
    if (order.size() > SHOWN) {
      double rest =
          order.subList(SHOWN, order.size()).stream()
              .mapToDouble(p -> found.weights().get(p))
              .sum();
      lines.printf(Locale.ROOT, "%8.4f %8s  %d others together%n", rest, "", order.size() - SHOWN);
    }
  }

  private static String toJson(TextBank bank, TemplateWeights found, Path target) {
    return JsonLines.object(
        generator -> {
          generator.writeStringField("out", target.toString());
          generator.writeArrayFieldStart("templates");
          for (int p : order(found)) {
            generator.writeStartObject();
            generator.writeStringField("template", bank.templates().get(p));
            generator.writeNumberField("weight", found.weights().get(p));
            generator.writeNumberField("score", found.scores().get(p));
            generator.writeEndObject();
          }
          generator.writeEndArray();
        });
  }
}
