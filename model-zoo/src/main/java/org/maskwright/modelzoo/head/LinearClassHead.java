package org.maskwright.modelzoo.head;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.settings.Names;

/**
 * One linear layer to K+1 logits; weight [K+1,C], bias [K+1]. Of other classes it speaks those that
 * are some of its own, by their names: their logits and that of no-object.
 */
public final class LinearClassHead extends ClassHead {
  private final ClassSpace own;
  private final Parameter weight;
  private final Parameter bias;
  private Optional<Chosen> chosen = Optional.empty();

  /** Some classes, and the rows [K'+1] of their logits. */
  private record Chosen(ClassSpace space, List<Long> rows) {}

  /** Default initial values of linear layers. */
  public LinearClassHead(Engine engine, int channels, ClassSpace space) {
    super(engine);
    this.own = space;
    long[] shape = {space.size() + 1L, channels};
    weight =
        parameter("weight", Init.kaimingUniform(engine, initStream(), Linear.DEFAULT_SLOPE, shape));
    bias = parameter("bias", Init.biasUniform(engine, initStream(), shape));
  }

  @Override
  public ClassSpace space() {
    return chosen.map(Chosen::space).orElse(own);
  }

  @Override
  public Outputs.MaskScores maskScores() {
    return Outputs.MaskScores.SIGMOID;
  }

  @Override
  public Tensor forward(Tensor states) {
    if (chosen.isEmpty()) {
      return states.linear(weight.tensor(), bias.tensor());
    }
    long[] rows = chosen.get().rows().stream().mapToLong(Long::longValue).toArray();
    Tensor index = engine().longs(rows, rows.length);
    return states.linear(
        weight.tensor().indexSelect(0, index), bias.tensor().indexSelect(0, index));
  }

  @Override
  public Speaking speak(Vocabulary classes, Optional<TextBank> bank) {
    Optional<Chosen> before = chosen;
    chosen = Optional.of(new Chosen(classes.space(), rows(classes.space())));
    return () -> chosen = before;
  }

  private List<Long> rows(ClassSpace wanted) {
    List<String> unknown = own.missing(wanted.names());
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "classes: a model with a linear class head knows its own %d alone (%s), not %s; one that is trained with model.class-head.type = words can be asked about any words"
              .formatted(own.size(), Names.some(own.names()), Names.some(unknown)));
    }
    return IntStream.concat(Arrays.stream(own.places(wanted.names())), IntStream.of(own.size()))
        .asLongStream()
        .boxed()
        .toList();
  }
}
