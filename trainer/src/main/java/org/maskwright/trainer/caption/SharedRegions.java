package org.maskwright.trainer.caption;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * The loss over the images of all processes: a process has the gradient of its own regions alone,
 * so that the gradients of all processes add up to that of the whole, and reports the share of its
 * images in their number.
 */
final class SharedRegions {
  private final ProcessGroup group;
  private final WordBatch own;
  private final List<Tensor> layers; // [n,Q,D] of each output

  SharedRegions(ProcessGroup group, WordBatch own, List<Tensor> layers) {
    this.group = group;
    this.own = own;
    this.layers = layers;
  }

  /** What a process sends of itself. */
  private record Sent(WordBatch words, ByteBuffer regions) {}

  /** The loss of each output, [1] each; without an own image they are constants. */
  List<Tensor> losses() {
    int width = layers.get(0).intSize(2);
    List<Sent> all = new ArrayList<>();
    for (byte[] each : group.gather(bytes())) {
      ByteBuffer in = ByteBuffer.wrap(each);
      WordBatch words = WordBatch.read(in, width);
      all.add(new Sent(words, in.slice()));
    }
    WordBatch joined = WordBatch.joined(all.stream().map(Sent::words).toList());
    double told = (double) own.images() / joined.images();
    List<Tensor> out = new ArrayList<>();
    if (own.images() == 0) {
      return layers.stream().map(l -> l.mul(0).sum().reshape(1)).toList();
    }
    Grounding captions = joined.on(layers.get(0).engine());
    for (int l = 0; l < layers.size(); l++) {
      Tensor loss = captions.loss(regions(all, l));
      out.add(loss.sub(loss.detach().mul(1 - told)).reshape(1));
    }
    return out;
  }

  /** Those of all processes at an output. */
  private Tensor regions(List<Sent> all, int layer) {
    Tensor mine = layers.get(layer);
    Engine engine = mine.engine();
    int each = Math.multiplyExact(mine.intSize(1), mine.intSize(2));
    List<Tensor> parts = new ArrayList<>();
    for (int rank = 0; rank < all.size(); rank++) {
      int images = all.get(rank).words().images();
      if (images == 0) {
        continue;
      }
      if (rank == group.rank()) {
        parts.add(mine);
        continue;
      }
      float[] values = new float[images * each];
      all.get(rank)
          .regions()
          .asFloatBuffer()
          .position(Math.multiplyExact(layer, values.length))
          .get(values);
      parts.add(engine.floats(values, images, mine.size(1), mine.size(2)));
    }
    return Tensor.concat(0, parts.toArray(Tensor[]::new));
  }

  private byte[] bytes() {
    int numbers = 0;
    List<float[]> values = new ArrayList<>();
    for (Tensor layer : own.images() == 0 ? List.<Tensor>of() : layers) {
      values.add(layer.toFloats());
      numbers = Math.addExact(numbers, values.get(values.size() - 1).length);
    }
    ByteBuffer out = ByteBuffer.allocate(own.bytes() + Float.BYTES * numbers);
    own.write(out);
    for (float[] layer : values) {
      for (float value : layer) {
        out.putFloat(value);
      }
    }
    return out.array();
  }
}
