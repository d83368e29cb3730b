package org.maskwright.modelzoo.vit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sizes that each family published, by name. */
public final class VitSizes {
  private static final int MAP_CHANNELS = 256;
  private static final int SAM_WINDOW = 14;
  private static final int SAM_NECK = 256;
  private static final int EOMT_PATCH = 16;
  private static final int EOMT_SIDE = 640;
  private static final List<Size> SIZES =
      List.of(
          new Size("s", 384, 12, 6, 1536),
          new Size("b", 768, 12, 12, 3072),
          new Size("l", 1024, 24, 16, 4096),
          new Size("h", 1280, 32, 16, 5120),
          new Size("g", 1536, 40, 24, 4096));

  private record Size(String name, int width, int depth, int heads, int mlpDim) {
    static Size of(String name) {
      return SIZES.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    }
  }

  private VitSizes() {}

  /**
   * All: {@code dinov2-s}, {@code -b}, {@code -l}, {@code -g} and each with {@code -reg}, {@code
   * dinov3-s}, {@code -b}, {@code -l}, {@code mae-b}, {@code -l}, {@code -h}, {@code clip-b16},
   * {@code clip-l14}, {@code sam-b}, {@code -l}, {@code -h}.
   */
  public static Map<String, VitPart.Settings> all() {
    Map<String, VitPart.Settings> out = new LinkedHashMap<>();
    for (String size : List.of("s", "b", "l", "g")) {
      out.put("dinov2-" + size, dinov2(size, 0));
      out.put("dinov2-" + size + "-reg", dinov2(size, 4));
    }
    for (String size : List.of("s", "b", "l")) {
      out.put("dinov3-" + size, of(VitFamily.DINOV3, size, 16, 0, VitActivation.GELU, 4));
    }
    for (String size : List.of("b", "l", "h")) {
      int patch = size.equals("h") ? 14 : 16;
      out.put("mae-" + size, of(VitFamily.MAE, size, patch, 224 / patch, VitActivation.GELU, 0));
    }
    out.put("clip-b16", of(VitFamily.CLIP, "b", 16, 14, VitActivation.QUICK_GELU, 0));
    out.put("clip-l14", of(VitFamily.CLIP, "l", 14, 16, VitActivation.QUICK_GELU, 0));
    out.put("sam-b", sam("b", List.of(2, 5, 8, 11)));
    out.put("sam-l", sam("l", List.of(5, 11, 17, 23)));
    out.put("sam-h", sam("h", List.of(7, 15, 23, 31)));
    return out;
  }

  /**
   * The encoders of EoMT (arXiv 2503.19108) by size: {@code s}, {@code b}, {@code l}, {@code g} of
   * DINOv2 with registers, its patches of 16 pixels and its table for images of 640; {@code
   * dinov3-s}, {@code -b}, {@code -l}. The last 3, 3, 4 and 5 blocks run with queries.
   */
  public static Map<String, VitPart.Settings> eomt() {
    Map<String, VitPart.Settings> out = new LinkedHashMap<>();
    for (String size : List.of("s", "b", "l", "g")) {
      VitActivation mlp = dinov2(size, 4).mlp();
      int grid = EOMT_SIDE / EOMT_PATCH;
      out.put(size, eomt(of(VitFamily.DINOV2_PATCHES, size, EOMT_PATCH, grid, mlp, 4)));
    }
    for (String size : List.of("s", "b", "l")) {
      out.put("dinov3-" + size, eomt(all().get("dinov3-" + size)));
    }
    return out;
  }

  /** The encoders of Segment Anything by size, {@code b}, {@code l}, {@code h}: of one map. */
  public static Map<String, VitPart.Settings> sam() {
    Map<String, VitPart.Settings> out = new LinkedHashMap<>();
    for (String size : List.of("b", "l", "h")) {
      out.put(size, all().get("sam-" + size).withoutPyramid());
    }
    return out;
  }

  private static VitPart.Settings eomt(VitPart.Settings plain) {
    return plain.withHeldBack(queryBlocks(plain.width()));
  }

  /** How many blocks run with queries in the published EoMT of a width. */
  static int queryBlocks(int width) {
    if (width < Size.of("l").width()) {
      return 3;
    }
    return width < Size.of("g").width() ? 4 : 5;
  }

  private static VitPart.Settings dinov2(String size, int registers) {
    VitActivation mlp = size.equals("g") ? VitActivation.SWIGLU : VitActivation.GELU;
    return of(VitFamily.DINOV2, size, 14, 37, mlp, registers);
  }

  private static VitPart.Settings of(
      VitFamily family, String name, int patch, int grid, VitActivation mlp, int registers) {
    return of(family, name, patch, grid, mlp, registers, List.of());
  }

  /** With windows of 14 tokens and a neck of 256 channels, where there are global blocks. */
  private static VitPart.Settings of(
      VitFamily family,
      String name,
      int patch,
      int grid,
      VitActivation mlp,
      int registers,
      List<Integer> globalBlocks) {
    Size size = Size.of(name);
    return new VitPart.Settings(
        family,
        patch,
        size.width(),
        size.depth(),
        size.heads(),
        size.mlpDim(),
        mlp,
        false,
        grid,
        registers,
        globalBlocks.isEmpty() ? 0 : SAM_WINDOW,
        globalBlocks,
        globalBlocks.isEmpty() ? 0 : SAM_NECK,
        0,
        MAP_CHANNELS,
        0,
        false);
  }

  /**
   * The transformer of SegGPT (arXiv 2304.03284) and Painter (arXiv 2212.02499): canvases of two
   * pictures of 448 pixels, and a table of positions for pictures of 224.
   */
  public static VitPart.Settings painter() {
    Size size = Size.of("l");
    return new VitPart.Settings(
        VitFamily.PAINTER,
        16,
        size.width(),
        size.depth(),
        size.heads(),
        size.mlpDim(),
        VitActivation.GELU,
        false,
        14,
        28,
        0,
        0,
        List.of(),
        0,
        size.depth(),
        MAP_CHANNELS,
        0.1,
        false);
  }

  private static VitPart.Settings sam(String name, List<Integer> globalBlocks) {
    return of(VitFamily.SAM, name, 16, 64, VitActivation.GELU, 0, globalBlocks);
  }
}
