package org.maskwright.modelzoo.head;

import java.util.Optional;
import java.util.Set;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.text.TextBank;

/**
 * Tells which class a query's state stands for: of the classes that it was trained with, or, while
 * it {@link #speak speaks} others, of these.
 */
public abstract class ClassHead extends Module {
  /** A head of an engine. */
  protected ClassHead(Engine engine) {
    super(engine);
  }

  /** The classes of the logits. */
  public abstract ClassSpace space();

  /** How the masks of queries with such classes become probabilities. */
  public abstract Outputs.MaskScores maskScores();

  /** states [B,Q,C] to class logits [B,Q,K+1], no-object last. */
  public abstract Tensor forward(Tensor states);

  /**
   * What a head says of queries.
   *
   * @param logits as of {@link #forward}
   * @param regions [B,Q,D] as of {@link org.maskwright.modelzoo.prediction.RegionEmbeddings}, of a
   *     head that places them among words
   */
  public record Answer(Tensor logits, Optional<Tensor> regions) {}

  /** As {@link #forward}, with all that the head says. */
  public Answer answer(Tensor states) {
    return new Answer(forward(states), Optional.empty());
  }

  /** Open while a head speaks other classes. */
  public interface Speaking extends AutoCloseable {
    /** From now on the head speaks what it spoke before. */
    @Override
    void close();
  }

  /**
   * Speaks other classes from now on, until that is closed. Those that were opened last are closed
   * first.
   *
   * @param bank with the words of the classes; empty: the head's own classes, and what it finds in
   *     the bank that it was made of
   * @throws IllegalArgumentException if it cannot tell them apart
   */
  public abstract Speaking speak(Vocabulary classes, Optional<TextBank> bank);

  /**
   * A second opinion about a class, from what the mask covers of the backbone's features; empty of
   * a head that asks for none.
   */
  public Optional<OutOfVocabulary> outOfVocabulary() {
    return Optional.empty();
  }

  /**
   * Checks that it places regions in the space of a bank's words, so that words of whole images
   * teach it.
   *
   * @throws IllegalArgumentException if it does not place regions
   * @throws org.maskwright.modelzoo.weights.CheckpointException if the bank is of another space
   */
  public void requireRegionsAmong(TextBank words) {
    throw new IllegalArgumentException(
        "expected a model that places regions among words; set model.class-head.type = grounded");
  }

  /** Buffers that are not learnt, so that a checkpoint of other classes does not replace them. */
  public Set<Parameter> given() {
    return Set.of();
  }
}
