package org.maskwright.modelzoo.weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * An ecosystem whose key names Maskwright reads, recognised by tell-tale keys, never by file name.
 * Maskwright's own names are the official detectron2 names, so {@link #OFFICIAL} is also the family
 * of its own files. Families of backbones alone are with their parts; {@link
 * org.maskwright.modelzoo.family.KnownFamilies} has all.
 */
public final class CheckpointFamily {
  /** What the segmentation variant of a backbone adds: a normalisation of each stage's map. */
  public static final Pattern STAGE_NORMS = Pattern.compile("backbone\\.norm\\d\\.(weight|bias)");

  /** Of no name. */
  public static final Pattern NONE = Pattern.compile("(?!)");

  /** Mask2Former and MaskFormer as released on detectron2; Maskwright's own files. */
  public static final CheckpointFamily OFFICIAL =
      new CheckpointFamily(
          KeyResource.of(CheckpointFamily.class, "official.keymap"),
          List::of,
          "Mask2Former / MaskFormer (official, detectron2)",
          "if this file comes from the Mask2Former or MaskFormer model zoo: CC BY-NC 4.0",
          Holds.MODEL,
          keys -> keys.stream().anyMatch(key -> key.startsWith("sem_seg_head.")),
          NONE,
          Optional.empty(),
          Optional.empty(),
          CheckpointFamily::nothing);

  /** Backbones converted for detectron2: official names without their prefix. */
  public static final CheckpointFamily DETECTRON2_BACKBONE =
      ofBackbone(
              KeyResource.of(CheckpointFamily.class, "detectron2-backbone.keymap"),
              "backbone (detectron2 conversion)",
              "the licence of the converted weights: torchvision BSD-3-Clause, Swin MIT",
              keys -> keys.contains("stem.conv1.weight") || keys.contains("norm0.weight"))
          .withFresh(STAGE_NORMS);

  private enum Holds {
    MODEL,
    HUGGING_FACE_MODEL,
    BACKBONE
  }

  private final KeyResource resource;
  private final Supplier<List<KeyResource>> backbones;
  private final String title;
  private final String licenceNote;
  private final Holds holds;
  private final Predicate<Set<String>> tellTale;
  private final Pattern fresh;
  private final Optional<PixelStatistics> pixels;
  private final Optional<String> differencesTo;
  private final Function<Path, Optional<Record>> beside;
  private KeyTable table;

  private CheckpointFamily(
      KeyResource resource,
      Supplier<List<KeyResource>> backbones,
      String title,
      String licenceNote,
      Holds holds,
      Predicate<Set<String>> tellTale,
      Pattern fresh,
      Optional<PixelStatistics> pixels,
      Optional<String> differencesTo,
      Function<Path, Optional<Record>> beside) {
    this.resource = resource;
    this.backbones = backbones;
    this.title = title;
    this.licenceNote = licenceNote;
    this.holds = holds;
    this.tellTale = tellTale;
    this.fresh = fresh;
    this.pixels = pixels;
    this.differencesTo = differencesTo;
    this.beside = beside;
  }

  /**
   * A family whose files hold a backbone only.
   *
   * @param resource its key table; {@code KeyTable} describes the language
   * @param title for people, e.g. "Swin backbone (timm)"
   * @param licenceNote what is known about the licence of such weights
   * @param tellTale whether a file with these keys is one
   */
  public static CheckpointFamily ofBackbone(
      KeyResource resource, String title, String licenceNote, Predicate<Set<String>> tellTale) {
    return new CheckpointFamily(
        resource,
        List::of,
        title,
        licenceNote,
        Holds.BACKBONE,
        tellTale,
        NONE,
        Optional.empty(),
        Optional.empty(),
        CheckpointFamily::nothing);
  }

  /**
   * A family whose files hold a whole model and say all of it.
   *
   * @param resource its key table
   * @param title for people
   * @param licenceNote what is known about the licence of such weights
   * @param tellTale whether a file with these keys is one
   */
  public static CheckpointFamily ofModel(
      KeyResource resource, String title, String licenceNote, Predicate<Set<String>> tellTale) {
    return new CheckpointFamily(
        resource,
        List::of,
        title,
        licenceNote,
        Holds.MODEL,
        tellTale,
        NONE,
        Optional.empty(),
        Optional.empty(),
        CheckpointFamily::nothing);
  }

  /**
   * A family of models of Hugging Face Transformers, beside which a config.json lies.
   *
   * @param backbones the lines for the tensors of every backbone, where the table has the line
   *     {@code backbones}
   */
  public static CheckpointFamily ofHuggingFace(
      KeyResource resource,
      Supplier<List<KeyResource>> backbones,
      String title,
      String licenceNote,
      Predicate<Set<String>> tellTale) {
    return new CheckpointFamily(
        resource,
        backbones,
        title,
        licenceNote,
        Holds.HUGGING_FACE_MODEL,
        tellTale,
        NONE,
        Optional.empty(),
        Optional.empty(),
        CheckpointFamily::nothing);
  }

  /** The same, whose files lack parameters of those names: they start fresh. */
  public CheckpointFamily withFresh(Pattern names) {
    return new CheckpointFamily(
        resource,
        backbones,
        title,
        licenceNote,
        holds,
        tellTale,
        names,
        pixels,
        differencesTo,
        beside);
  }

  /** The same, whose networks were trained on images normalised with these numbers. */
  public CheckpointFamily withPixels(PixelStatistics statistics) {
    return new CheckpointFamily(
        resource,
        backbones,
        title,
        licenceNote,
        holds,
        tellTale,
        fresh,
        Optional.of(statistics),
        differencesTo,
        beside);
  }

  /**
   * The same, whose files hold a backbone's differences to published weights.
   *
   * @param base whose weights, for people
   */
  public CheckpointFamily withDifferencesTo(String base) {
    return new CheckpointFamily(
        resource,
        backbones,
        title,
        licenceNote,
        holds,
        tellTale,
        fresh,
        pixels,
        Optional.of(base),
        beside);
  }

  /**
   * The same, beside whose files others say what weights do not show.
   *
   * @param reading of a file of weights what {@link ImportedWeights#unseen} is to be
   */
  public CheckpointFamily withBeside(Function<Path, Optional<Record>> reading) {
    return new CheckpointFamily(
        resource,
        backbones,
        title,
        licenceNote,
        holds,
        tellTale,
        fresh,
        pixels,
        differencesTo,
        reading);
  }

  /**
   * What files beside one of weights say that they do not show.
   *
   * @throws CheckpointException if they say what Maskwright cannot compute
   */
  public Optional<Record> beside(Path weights) {
    return beside.apply(weights);
  }

  /** For people, e.g. "Swin backbone (timm)". */
  public String title() {
    return title;
  }

  /** What is known about the licence of weights of this family. */
  public String licenceNote() {
    return licenceNote;
  }

  /** How its networks' images are normalised, where that is another way than ImageNet's usual. */
  public Optional<PixelStatistics> pixels() {
    return pixels;
  }

  /** To whose weights those of a backbone are differences; empty of files of whole weights. */
  public Optional<String> differencesTo() {
    return differencesTo;
  }

  /** True for models of Hugging Face Transformers, beside which a config.json lies. */
  public boolean isHuggingFace() {
    return holds == Holds.HUGGING_FACE_MODEL;
  }

  /** True if a file with these keys is one of this family. */
  public boolean recognises(Set<String> keys) {
    return tellTale.test(keys);
  }

  /** True for a parameter that files of this family lack, and that then starts fresh. */
  boolean startsFresh(String key) {
    return fresh.matcher(key).matches();
  }

  /** Read once, at the first use. */
  synchronized KeyTable table() {
    if (table == null) {
      table = KeyTable.load(resource, backbones.get());
    }
    return table;
  }

  /**
   * The same tensors under Maskwright's names.
   *
   * @param state under this family's names
   * @throws CheckpointException if two keys mean the same, or a part of a fused tensor is missing
   */
  public KeyTranslation translate(StateDict state) {
    return table().toOurs(state);
  }

  /**
   * The same tensors under this family's names.
   *
   * @param state under Maskwright's names
   * @throws CheckpointException if a tensor has no counterpart in this family
   */
  public StateDict export(StateDict state) {
    return table().toTheirs(state);
  }

  @Override
  public String toString() {
    return title;
  }

  /** Nothing is known beside the file. */
  private static Optional<Record> nothing(Path file) {
    return Optional.empty();
  }
}
