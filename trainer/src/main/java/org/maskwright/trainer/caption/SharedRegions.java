package org.maskwright.trainer.caption;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.loss.SharedRows;

/** The loss over the images of all processes: {@link SharedRows} of their regions. */
final class SharedRegions {
  private final ProcessGroup group;
  private final WordBatch own;
  private final List<Tensor> layers; // [n,Q,D] of each output

  SharedRegions(ProcessGroup group, WordBatch own, List<Tensor> layers) {
    this.group = group;
    this.own = own;
    this.layers = layers;
  }

  /** The loss of each output, [1] each; without an own image they are constants. */
  List<Tensor> losses() {
    int width = layers.get(0).intSize(2);
    ByteBuffer words = ByteBuffer.allocate(own.bytes());
    own.write(words);
    WordBatch joined =
        WordBatch.joined(
            group.gather(words.array()).stream()
                .map(each -> WordBatch.read(ByteBuffer.wrap(each), width))
                .toList());
    SharedRows regions = SharedRows.of(group, layers, own.images());
    List<Tensor> out = new ArrayList<>();
    if (own.images() == 0) {
      return layers.stream().map(l -> l.mul(0).sum().reshape(1)).toList();
    }
    Grounding captions = joined.on(layers.get(0).engine());
    for (int l = 0; l < layers.size(); l++) {
      out.add(regions.told(captions.loss(regions.all(l))).reshape(1));
    }
    return out;
  }
}
