package org.maskwright.trainer.result;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;
import org.maskwright.modelzoo.postprocess.InstanceSet;

/** Instances of large pictures: those of the tiles, joined. */
final class InstanceTiles implements LargePictures<InstanceSet> {
  /** Of a tile's guesses those below are not kept: hundreds of tiles have them by the thousand. */
  private static final double LEAST_SCORE = 0.05;

  /** What is most likely an object. */
  private static final double OBJECT = 0.5;

  /** A tile that shows this share of what it can at most may hide more. */
  private static final double FULL = 0.9;

  private final InstanceKind kind;

  InstanceTiles(InstanceKind kind) {
    this.kind = kind;
  }

  @Override
  public TileJoiner<InstanceSet> joiner(TileGrid grid, ResultContext context) {
    return new Joiner(grid, context);
  }

  private final class Joiner implements TileJoiner<InstanceSet> {
    private final TileGrid grid;
    private final ResultContext context;
    private final TiledObjects objects;
    private int fullTiles;
    private int most;

    Joiner(TileGrid grid, ResultContext context) {
      this.grid = grid;
      this.context = context;
      this.objects = new TiledObjects(grid);
    }

    @Override
    public void add(int tile, ImageOutputs outputs) {
      List<InstanceSet.Instance> found = kind.process(outputs, context).instances();
      most = Math.min(context.settings().maxInstances(), outputs.queries().queries());
      fullTiles += found.stream().filter(i -> i.score() >= OBJECT).count() >= FULL * most ? 1 : 0;
      for (InstanceSet.Instance i : found) {
        if (i.score() >= LEAST_SCORE) {
          objects.add(tile, i.classIndex(), i.score(), MaskRuns.rle(i.mask()));
        }
      }
    }

    @Override
    public InstanceSet joined() {
      return new InstanceSet(
          objects.joined().stream()
              .map(
                  o -> new InstanceSet.Instance(o.classIndex(), o.score(), MaskRuns.runs(o.mask())))
              .toList());
    }

    @Override
    public List<String> notes() {
      List<String> notes = new ArrayList<>(objects.notes());
      if (fullTiles > 0) {
        notes.add(
            "%d of %d tiles show nearly as many objects as they can, %d (the smaller of max-instances and the model's queries): others may be missing; take smaller tiles"
                .formatted(fullTiles, grid.count(), most));
      }
      return notes;
    }
  }

  @Override
  public InstanceSet sampled(InstanceSet result, Size size) {
    return new InstanceSet(
        result.instances().stream()
            .map(
                i ->
                    new InstanceSet.Instance(
                        i.classIndex(),
                        i.score(),
                        MaskRuns.runs(MaskRuns.rle(i.mask()).sampled(size.height(), size.width()))))
            .toList());
  }
}
