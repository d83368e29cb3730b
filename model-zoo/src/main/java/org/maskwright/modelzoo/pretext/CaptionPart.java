package org.maskwright.modelzoo.pretext;

import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireCount;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.util.List;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.decoder.MaskDecoder;
import org.maskwright.modelzoo.decoder.PretextDecoderConfig;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.part.Ranges;
import org.maskwright.modelzoo.text.ClipTokenizer;
import org.maskwright.modelzoo.text.TextSizes;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.settings.Doc;

/** Pictures among captions: {@link CaptionDecoder}. */
public final class CaptionPart implements DecoderPart {
  static final String NAME = "captions";
  private static final int MOST_TOKENS = 1 << 12;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param embedding D, of the space of words
   * @param width channels of a token of texts
   * @param layers blocks of the text transformer
   * @param heads attention heads; divide the width
   * @param context the most tokens of a text
   * @param activation between the layers of its MLPs
   * @param merges of the vocabulary; empty: CLIP's published one
   * @param temperature 1 over what cosines are multiplied by at first
   * @param viewHidden channels between the layers of the MLP for views; 0 = there is none
   * @param viewWidth V, what it gives
   */
  public record Settings(
      @Doc("Width of the space of words; that of the backbone, where it has one (word-width).")
          int embedding,
      @Doc("Channels of a token of the text transformer.") int width,
      @Doc("Number of its blocks.") int layers,
      @Doc("Attention heads; divide the width.") int heads,
      @Doc("The most tokens of a caption, those of start and end included; longer ones are cut.")
          int context,
      @Doc("What is between the layers of its MLPs: quick-gelu (CLIP) or gelu.")
          VitActivation activation,
      @Doc(
              "Merges of its byte pairs, as './maskwright data vocabulary' learns them; empty: the published vocabulary of CLIP, 49,408 tokens.")
          List<String> merges,
      @Doc("Cosines are divided by it, above 0; learnt from there, down to 0.01.")
          double temperature,
      @Doc(
              "Channels between the layers of the MLP that views of a picture are compared behind, for the task slip: 4096 there; 0 = there is none.")
          int viewHidden,
      @Doc("Width of what it gives.") int viewWidth)
      implements PretextDecoderConfig {
    /** Checks the ranges. */
    public Settings {
      merges = List.copyOf(merges);
      requireWidth("embedding", embedding);
      requireWidth("width", width);
      requireCount("layers", layers);
      requireCount("heads", heads);
      require(width % heads == 0, "heads", "a divisor of width " + width, heads);
      require(context > 2 && context <= MOST_TOKENS, "context", "3 to " + MOST_TOKENS, context);
      require(activation != VitActivation.SWIGLU, "activation", "quick-gelu or gelu", activation);
      require(
          temperature > 0 && temperature < Double.POSITIVE_INFINITY,
          "temperature",
          "above 0",
          temperature);
      require(
          viewHidden >= 0 && viewHidden <= Ranges.MAX_WIDTH,
          "viewHidden",
          "0 to " + Ranges.MAX_WIDTH,
          viewHidden);
      requireWidth("viewWidth", viewWidth);
      tokenizer(merges);
    }

    private static ClipTokenizer tokenizer(List<String> merges) {
      return merges.isEmpty()
          ? ClipTokenizer.published()
          : ClipTokenizer.of(merges, "a vocabulary of " + merges.size() + " merges");
    }

    /** The tokenizer of its vocabulary. */
    public ClipTokenizer tokenizer() {
      return tokenizer(merges);
    }

    /** Sizes of its text transformer. */
    public TextSizes sizes() {
      return TextSizes.of(tokenizer().size(), context, width, layers, heads, embedding, activation);
    }

    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      return new CaptionDecoder(engine, backbone, this, classHeads.space());
    }
  }
}
