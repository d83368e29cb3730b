package org.maskwright.modelzoo.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.modelzoo.vit.ClipActivation;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.weights.Checkpoint;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.CheckpointReader;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.KeyTranslation;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.Provenance;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.WeightMatcher;

/**
 * The words' side of a trained CLIP: tokenizer, text transformer, scale.
 *
 * <p><b>Lifecycle</b> owns the transformer; not thread-safe
 */
public final class ClipText implements AutoCloseable {
  /** Texts that go through the transformer together. */
  private static final int BATCH = 64;

  /** What training on several devices puts before every name. */
  private static final String WRAPPER = "module.";

  private static final String SCALE = "logit_scale";

  private final ClipTokenizer tokenizer;
  private final TextTransformer transformer;
  private final Optional<Double> logitScale;
  private final Map<String, String> provenance;

  private ClipText(
      ClipTokenizer tokenizer,
      TextTransformer transformer,
      Optional<Double> logitScale,
      Map<String, String> provenance) {
    this.tokenizer = tokenizer;
    this.transformer = transformer;
    this.logitScale = logitScale;
    this.provenance = provenance;
  }

  /**
   * Reads the text encoder of a checkpoint: OpenAI's, OpenCLIP's, MetaCLIP's or Hugging Face's
   * names, a file or a folder; the rest of the file is left alone.
   *
   * @param path a file of weights, or a folder with one; settings and tokenizer are those beside it
   * @param activation for files that do not say it; must not differ from what a file says
   * @throws CheckpointException if there is no text encoder, it is not whole, or something of it is
   *     neither said nor given
   */
  public static ClipText open(Engine engine, Path path, Optional<VitActivation> activation) {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    Checkpoint checkpoint = CheckpointReader.read(path);
    try {
      StateDict theirs = unwrapped(checkpoint.state());
      CheckpointFamily family = TextCheckpoints.of(theirs.keys());
      Optional<ClipSettings> said = ClipSettings.find(folder, family);
      KeyTranslation translation = family.translate(theirs);
      TextSizes sizes = 
          TextSizes.of(
              translation.state(),
              ClipActivation.decided(said.map(ClipSettings::activation), activation));
      if (said.isPresent()) {
        sizes = sizes.withHeads(said.get().heads()).withEps(said.get().eps());
      }
      ClipTokenizer tokenizer = ClipTokenizer.of(folder);
      if (tokenizer.size() != sizes.vocabulary()) {
        throw new CheckpointException(
            "the weights have %d tokens, %s has %d; put the model's own tokenizer beside it"
                .formatted(sizes.vocabulary(), tokenizer.source(), tokenizer.size()));
      }
      Provenance origin = Provenance.of(checkpoint, family, family::licenceNote);
      TextSizes known = sizes;
      TextTransformer transformer = engine.construct(() -> new TextTransformer(engine, known));
      try {
        load(transformer, imported(checkpoint, family, translation, origin));
      } catch (RuntimeException e) {
        transformer.close();
        throw e;
      }
      return new ClipText(
          tokenizer, transformer, scale(theirs), provenance(origin, tokenizer, sizes));
    } catch (CheckpointException e) {
      throw e.in(path);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(path, e.getMessage(), e);
    }
  }

  /**
   * Of parts that are there.
   *
   * @param transformer closed with this
   * @param logitScale what the model multiplies cosines by
   * @param provenance its file, SHA-256 and what else is told of it
   * @throws IllegalArgumentException if the transformer has another number of tokens
   */
  public static ClipText of(
      ClipTokenizer tokenizer,
      TextTransformer transformer,
      double logitScale,
      Map<String, String> provenance) {
    if (tokenizer.size() != transformer.sizes().vocabulary()) {
      throw new IllegalArgumentException(
          "text: expected a transformer of %d tokens as the tokenizer has, got %d"
              .formatted(tokenizer.size(), transformer.sizes().vocabulary()));
    }
    return new ClipText(tokenizer, transformer, Optional.of(logitScale), provenance);
  }

  private static StateDict unwrapped(StateDict state) {
    if (!state.keys().stream().allMatch(key -> key.startsWith(WRAPPER))) {
      return state;
    }
    Map<String, HostTensor> inside = new LinkedHashMap<>();
    state.asMap().forEach((key, value) -> inside.put(key.substring(WRAPPER.length()), value));
    return StateDict.of(inside).withMetadata(state.metadata());
  }

  private static Optional<Double> scale(StateDict theirs) {
    return theirs.find(SCALE).map(each -> Math.exp(each.toDoubleArray()[0]));
  }

  private static ImportedWeights imported(
      Checkpoint checkpoint,
      CheckpointFamily family,
      KeyTranslation translation,
      Provenance origin) {
    return new ImportedWeights(
        family,
        translation.state(),
        translation.unexpected(),
        translation.ignored(),
        checkpoint.suffixMatching(),
        Optional.empty(),
        origin);
  }

  private static void load(TextTransformer transformer, ImportedWeights weights) {
    Map<String, Parameter> state = transformer.state();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    state.forEach((name, parameter) -> shapes.put(name, parameter.shape()));
    WeightMatcher.match(weights, shapes, LoadPolicy.strict())
        .weights()
        .asMap()
        .forEach((name, value) -> state.get(name).set(value.floats()));
  }

  private static Map<String, String> provenance(
      Provenance origin, ClipTokenizer tokenizer, TextSizes sizes) {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("model", origin.source());
    out.put("sha256", origin.sha256());
    out.put("family", origin.family());
    out.put("licence", origin.licence());
    out.put("tokenizer", tokenizer.source());
    out.put("activation", ClipActivation.text(sizes.activation()));
    return out;
  }

  /** The tokenizer. */
  public ClipTokenizer tokenizer() {
    return tokenizer;
  }

  /** The transformer, closed with this. */
  public TextTransformer transformer() {
    return transformer;
  }

  /** What the model multiplies cosines by, where the file says it. */
  public Optional<Double> logitScale() {
    return logitScale;
  }

  /** File, SHA-256, names, licence, tokenizer and activation. */
  public Map<String, String> provenance() {
    return Map.copyOf(provenance);
  }

  /** Embeddings [n,D] of length 1 of n texts; texts longer than the context are cut. */
  public float[] embed(List<String> texts) {
    Engine engine = transformer.engine();
    int width = transformer.sizes().embedding();
    float[] out = new float[Math.multiplyExact(texts.size(), width)];
    try (var off = engine.noGrad()) {
      for (int from = 0; from < texts.size(); from += BATCH) {
        List<String> some = texts.subList(from, Math.min(texts.size(), from + BATCH));
        TokenBatch tokens = tokenizer.encode(some, transformer.sizes().context());
        try (var scope = engine.scope()) {
          float[] values = transformer.embed(tokens).toFloats();
          System.arraycopy(values, 0, out, from * width, values.length);
        }
      }
    }
    return out;
  }

  /**
   * A bank of all words of some classes in some sentences; an underscore in a word is spoken as a
   * space.
   *
   * @param progress told after each word
   * @throws CheckpointException if the encoder gives a text no direction
   */
  public TextBank bank(List<WordClass> classes, List<String> templates, Runnable progress) {
    TextBank.requireTemplates(templates);
    List<String> words = classes.stream().flatMap(each -> each.words().stream()).toList();
    int width = transformer.sizes().embedding();
    int block = templates.size() * width;
    float[] all = new float[Math.multiplyExact(words.size(), block)];
    int together = Math.max(1, BATCH / templates.size());
    for (int from = 0; from < words.size(); from += together) {
      List<String> some = words.subList(from, Math.min(words.size(), from + together));
      List<String> texts = new ArrayList<>();
      for (String word : some) {
        templates.forEach(template -> texts.add(sentence(template, word)));
      }
      float[] values = embed(texts);
      System.arraycopy(values, 0, all, from * block, values.length);
      some.forEach(word -> progress.run());
    }
    TextBank bank;
    try {
      bank = TextBank.of(classes, templates, width, all);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the text encoder: " + e.getMessage(), e);
    }
    bank = bank.withProvenance(provenance);
    return logitScale.isPresent() ? bank.withLogitScale(logitScale.get()) : bank;
  }

  /** Names of data sets have underscores where people write spaces. */
  private static String sentence(String template, String word) {
    return template.replace(TextBank.SLOT, word.replace('_', ' '));
  }

  /** Words that do not fit into the context in the longest sentence: they are cut. */
  public List<String> tooLong(List<String> words, List<String> templates) {
    int context = transformer.sizes().context();
    return words.stream()
        .filter(
            word ->
                templates.stream()
                    .anyMatch(template -> !tokenizer.fits(sentence(template, word), context)))
        .toList();
  }

  @Override
  public void close() {
    transformer.close();
  }
}
