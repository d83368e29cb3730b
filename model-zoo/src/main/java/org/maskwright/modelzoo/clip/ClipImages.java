package org.maskwright.modelzoo.clip;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.vit.ClipActivation;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.PixelStatistics;
import org.maskwright.modelzoo.weights.Provenance;

/**
 * The pictures' side of a trained CLIP: its image encoder as a backbone, and how pictures are
 * normalised for it.
 *
 * <p><b>Lifecycle</b> owns the backbone; not thread-safe
 */
public final class ClipImages implements AutoCloseable {
  private static final String PREFIX = "backbone.";
  private final Backbone backbone;
  private final BackboneConfig settings;
  private final WordSpace words;
  private final PixelStatistics pixels;
  private final Provenance provenance;

  private ClipImages(Backbone backbone, BackboneConfig settings, ImportedWeights weights) {
    this.backbone = backbone;
    this.settings = settings;
    words = backbone.wordSpace().orElseThrow();
    pixels = weights.family().pixels().orElse(PixelStatistics.CLIP);
    provenance = weights.provenance();
  }

  /**
   * Reads the image encoder of a checkpoint: OpenAI's archives and names, OpenCLIP's, MetaCLIP's or
   * Hugging Face's, a file or a folder; a text encoder beside it is left alone.
   *
   * @param activation of a transformer's MLPs, for files beside which nothing says it; other
   *     encoders have none
   * @throws CheckpointException if there is no image encoder of CLIP's, it is not whole, or its
   *     activation is neither said nor given, or both and not the same
   */
  public static ClipImages open(Engine engine, Path path, Optional<VitActivation> activation) {
    ImportedWeights weights = WeightImport.read(path);
    try {
      return of(engine, weights, activation);
    } catch (CheckpointException e) {
      throw e.in(path);
    }
  }

  private static ClipImages of(
      Engine engine, ImportedWeights weights, Optional<VitActivation> activation) {
    BackboneConfig deduced = DeducedArchitecture.of(weights.state()).backbone();
    BackboneConfig settings = 
        deduced.unseen().filter(VitPart.Mlp.class::isInstance).isPresent()
            ? told(deduced, weights, activation)
            : deduced;
    Backbone backbone = SegmentationModels.backbone(engine, settings);
    try {
      if (backbone.wordSpace().isEmpty()) {
        throw new CheckpointException(
            "expected an image encoder of CLIP's with its projection, got %s without; of Hugging"
                    .formatted(weights.family().title())
                + " Face take CLIPModel or CLIPVisionModelWithProjection");
      }
      load(backbone, weights);
      return new ClipImages(backbone, settings, weights);
    } catch (RuntimeException e) {
      backbone.close();
      throw e;
    }
  }

  /** With the activation, where the encoder is one that has it. */
  private static BackboneConfig told(
      BackboneConfig deduced, ImportedWeights weights, Optional<VitActivation> given) {
    Optional<VitActivation> said =
        weights.unseen().map(VitPart.Mlp.class::cast).map(VitPart.Mlp::activation);
    return deduced.withUnseen(new VitPart.Mlp(ClipActivation.decided(said, given)));
  }

  /** All of the encoder; a pyramid over it stays as it is, for nothing here reads it. */
  private static void load(Backbone backbone, ImportedWeights weights) {
    Map<String, Parameter> missing = new LinkedHashMap<>(backbone.encoder().state());
    for (Map.Entry<String, HostTensor> entry : weights.state().asMap().entrySet()) {
      String name = entry.getKey().substring(PREFIX.length());
      Parameter parameter = missing.remove(name);
      if (parameter != null && !entry.getValue().hasShape(parameter.shape())) {
        throw new CheckpointException(
            "'%s': expected the shape %s, got %s"
                .formatted(entry.getKey(), Arrays.toString(parameter.shape()), entry.getValue()));
      }
      if (parameter != null) {
        parameter.set(entry.getValue().floats());
      }
    }
    if (!missing.isEmpty()) {
      throw new CheckpointException("the image encoder is not whole: no " + missing.keySet());
    }
  }

  /** D, the width of the space. */
  public int width() {
    return words.width();
  }

  /** The encoder, closed with this. */
  public Backbone backbone() {
    return backbone;
  }

  /** How pictures are normalised. */
  public PixelStatistics pixels() {
    return pixels;
  }

  /** Side in pixels of the pictures that it was trained with, where weights show it. */
  public OptionalInt side() {
    return settings.wordSide();
  }

  /** Where the weights are from. */
  public Provenance provenance() {
    return provenance;
  }

  /** Pictures, pixels [B,3,H,W] normalised, to vectors [B,D] of length 1. */
  public Tensor embed(Tensor pixels) {
    Engine engine = backbone.engine();
    try (var off = engine.noGrad()) {
      return engine.tidy(
          scope -> {
            Tensor vectors = words.pictures(pixels);
            return vectors.div(vectors.square().sumKeep(1).sqrt());
          });
    }
  }

  @Override
  public void close() {
    backbone.close();
  }
}
