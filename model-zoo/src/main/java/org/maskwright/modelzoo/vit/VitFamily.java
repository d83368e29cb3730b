package org.maskwright.modelzoo.vit;

/** Whose plain transformer it is: what differs between them beside sizes. */
public enum VitFamily {
  /**
   * DINOv2 (arXiv 2304.07193), with registers (arXiv 2309.16588) or without: a class token, a table
   * of positions with one for the class token, LayerScale. The table is resized by cubic
   * convolution with an offset of 0.1 where there are no registers, else with antialiasing, as in
   * the official code. <b>Differs:</b> Transformers resizes it without the offset.
   */
  DINOV2(true, Table.OF_CLASS_AND_PATCHES, Resampling.BICUBIC_OFFSET, false, true, true, 1e-6),
  /**
   * DINOv2 as EoMT (arXiv 2503.19108) has it, and timm with {@code no_embed_class}: the table holds
   * positions of patches alone, resized with antialiasing.
   */
  DINOV2_PATCHES(true, Table.OF_PATCHES, Resampling.ANTIALIASED, false, true, true, 1e-6),
  /**
   * DINOv3 (arXiv 2508.10104): rotary positions of the patches, no bias of the keys, LayerScale.
   * <b>Differs:</b> positions are not shifted, stretched or scaled at random in training.
   */
  DINOV3(true, Table.NONE, Resampling.BICUBIC, false, true, false, 1e-5),
  /** MAE (arXiv 2111.06377): a class token and a table of positions with one for it. */
  MAE(true, Table.OF_CLASS_AND_PATCHES, Resampling.BICUBIC, false, false, true, 1e-6),
  /**
   * CLIP's image encoder (arXiv 2103.00020): patches without a bias, and a normalisation before the
   * first block.
   */
  CLIP(true, Table.OF_CLASS_AND_PATCHES, Resampling.BICUBIC, true, false, true, 1e-5),
  /**
   * Segment Anything's image encoder (arXiv 2304.02643): no class token, relative positions
   * decomposed into rows and columns, windows in all but a few blocks, and a neck. <b>Differs:</b>
   * takes images of any size, for which the table of positions is resized by cubic convolution as
   * in ViTDet and the relative positions linearly.
   */
  SAM(false, Table.GRID, Resampling.BICUBIC, false, false, true, 1e-6),
  /**
   * Painter (arXiv 2212.02499) and SegGPT (arXiv 2304.03284): a canvas of two pictures, one above
   * the other; no class token, though the table has a position for one; relative positions
   * decomposed into rows and columns. Every block attends everywhere: so do the published models,
   * whose windows the official code asks for in a way that no block gets any.
   */
  PAINTER(false, Table.OF_CLASS_AND_PATCHES, Resampling.BICUBIC, false, false, true, 1e-6);

  /** What a table of absolute positions holds. */
  enum Table {
    /** There is none: positions are rotary. */
    NONE,
    /** [1,1+N,C]. */
    OF_CLASS_AND_PATCHES,
    /** [1,N,C]. */
    OF_PATCHES,
    /** [1,g,g,C]. */
    GRID
  }

  private final boolean classToken;
  private final Table table;
  private final Resampling resampling;
  private final boolean firstNorm;
  private final boolean layerScale;
  private final boolean keyBias;
  private final double eps;

  VitFamily(
      boolean classToken,
      Table table,
      Resampling resampling,
      boolean firstNorm,
      boolean layerScale,
      boolean keyBias,
      double eps) {
    this.classToken = classToken;
    this.table = table;
    this.resampling = resampling;
    this.firstNorm = firstNorm;
    this.layerScale = layerScale;
    this.keyBias = keyBias;
    this.eps = eps;
  }

  boolean hasClassToken() {
    return classToken;
  }

  Table table() {
    return table;
  }

  boolean isRotary() {
    return table == Table.NONE;
  }

  /** Windows and a neck. */
  boolean isWindowed() {
    return table == Table.GRID;
  }

  /** Whether its pictures are canvases of two, one above the other. */
  boolean takesCanvases() {
    return this == PAINTER;
  }

  /** Relative positions decomposed into rows and columns. */
  boolean hasRelativePositions() {
    return isWindowed() || takesCanvases();
  }

  /** How the table is resized for images of another size. */
  Resampling resampling(int registers) {
    return resampling == Resampling.BICUBIC_OFFSET && registers > 0
        ? Resampling.ANTIALIASED
        : resampling;
  }

  /** Whether tokens are normalised before the first block, and patches have no bias. */
  boolean hasFirstNorm() {
    return firstNorm;
  }

  boolean hasLayerScale() {
    return layerScale;
  }

  boolean hasKeyBias() {
    return keyBias;
  }

  /** Added to variances. */
  double eps() {
    return eps;
  }
}
