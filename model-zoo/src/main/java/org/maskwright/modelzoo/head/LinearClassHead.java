package org.maskwright.modelzoo.head;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.text.TextBank;

/**
 * One linear layer to K+1 logits; weight [K+1,C], bias [K+1]. Of other classes it speaks those that
 * are some of its own, by their names: their logits and that of no-object.
 */
public final class LinearClassHead extends ClassHead {
  private static final int MOST_NAMED = 10;

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
    chosen = Optional.of(new Chosen(classes.space(), rows(classes)));
    return () -> chosen = before;
  }

  private List<Long> rows(Vocabulary classes) {
    List<String> names = names(own);
    List<String> wanted = names(classes.space());
    List<String> unknown = wanted.stream().filter(name -> !names.contains(name)).toList();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "classes: a model with a linear class head knows its own %d alone (%s), not %s; one that is trained with model.class-head.type = words can be asked about any words"
              .formatted(names.size(), some(names), some(unknown)));
    }
    return LongStream.concat(wanted.stream().mapToLong(names::indexOf), LongStream.of(names.size()))
        .boxed()
        .toList();
  }

  private static List<String> names(ClassSpace space) {
    return space.classes().stream().map(ClassSpace.Entry::name).toList();
  }

  private static String some(List<String> names) {
    List<String> shown = new ArrayList<>(names.subList(0, Math.min(MOST_NAMED, names.size())));
    if (names.size() > MOST_NAMED) {
      shown.add("...");
    }
    return String.join(", ", shown);
  }
}
