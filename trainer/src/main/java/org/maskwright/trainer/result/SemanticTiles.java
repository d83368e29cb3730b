package org.maskwright.trainer.result;

import org.maskwright.datasets.Size;
import org.maskwright.datasets.TileGrid;
import org.maskwright.modelzoo.postprocess.SemanticMap;

/** Class maps of large pictures: the scores of the tiles, blended. */
final class SemanticTiles implements LargePictures<SemanticMap> {
  @Override
  public TileJoiner<SemanticMap> joiner(TileGrid grid, ResultContext context) {
    return new SemanticBlend(
        grid,
        context.classes().size(),
        (outputs, receiver) -> SemanticKind.scores(outputs, context, receiver));
  }

  @Override
  public SemanticMap sampled(SemanticMap result, Size size) {
    int[] small =
        NearestPixels.of(result.labels(), new Size(result.width(), result.height()), size);
    return new SemanticMap(size.height(), size.width(), small);
  }
}
