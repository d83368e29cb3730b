package org.maskwright.modelzoo.vit;

import java.nio.FloatBuffer;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** A learned table of absolute positions on a square grid, resized to the grid of an image. */
final class PositionTable {
  private static final double STD = 0.02;
  private final Parameter table;
  private final int side;
  private final int channels;
  private final boolean ofClass;
  private final Resampling resampling;

  private PositionTable(
      Parameter table, int side, int channels, boolean ofClass, Resampling resampling) {
    this.table = table;
    this.side = side;
    this.channels = channels;
    this.ofClass = ofClass;
    this.resampling = resampling;
  }

  /** Registers parameters with their owner. */
  @FunctionalInterface
  interface Owner {
    /** {@link Module}'s own method of that name. */
    Parameter parameter(String name, Tensor initial);
  }

  /** N(0, 0.02^2); null where the family has no table. */
  static PositionTable of(Engine engine, Owner owner, VitPart.Settings settings) {
    VitFamily family = settings.family();
    int side = settings.grid();
    int channels = settings.width();
    boolean ofClass = family.table() == VitFamily.Table.OF_CLASS_AND_PATCHES;
    if (family.table() == VitFamily.Table.NONE) {
      return null;
    }
    long tokens = (long) side * side + (ofClass ? 1 : 0);
    long[] shape =
        family.table() == VitFamily.Table.GRID
            ? new long[] {1, side, side, channels}
            : new long[] {1, tokens, channels};
    Tensor initial = engine.normal(engine.random().get("init"), 0, STD, shape);
    return new PositionTable(
        owner.parameter("pos_embed", initial),
        side,
        channels,
        ofClass,
        family.resampling(settings.registers()));
  }

  /**
   * Sine and cosine of columns in the first half of the channels, of rows in the second, 0 for a
   * class token; no training changes them.
   */
  void fix() {
    float[] fixed = SineTable.of(side, side, channels, ofClass ? 1 : 0);
    table.set(FloatBuffer.wrap(fixed));
    table.setTrainable(false);
  }

  /** The position of the class token [1,1,C]; null where it has none. */
  Tensor ofClass() {
    return ofClass ? table.tensor().slice(1, 0, 1) : null;
  }

  /** The positions of a grid of patches, row by row: [1,h*w,C]. */
  Tensor ofPatches(int height, int width) {
    Tensor all = table.tensor().reshape(1, -1, channels);
    Tensor patches = ofClass ? all.slice(1, 1, all.size(1)) : all;
    if (height == side && width == side) {
      return patches;
    }
    Engine engine = patches.engine();
    Tensor rows = engine.floats(resampling.matrix(side, height), height, side);
    Tensor columns = engine.floats(resampling.matrix(side, width), width, side);
    Tensor byColumn =
        rows.matmul(patches.reshape(side, (long) side * channels))
            .reshape(height, side, channels)
            .permute(1, 0, 2)
            .reshape(side, (long) height * channels); // [g,h*C]
    return columns
        .matmul(byColumn) // [w,h*C]
        .reshape(width, height, channels)
        .permute(1, 0, 2)
        .reshape(1, (long) height * width, channels);
  }
}
