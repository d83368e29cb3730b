package org.maskwright.trainer.serve;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Size;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.prompt.EncodedPicture;
import org.maskwright.trainer.prompt.PromptPredictor;
import org.maskwright.trainer.prompt.PromptSegment;
import org.maskwright.trainer.prompt.PromptWishes;

/** A model that answers prompts, for a {@link ModelQueue}: one question at a time. */
final class PromptedModel implements ServedModel<PromptedModel.Question, PromptedModel.Answered> {
  private final PromptPredictor predictor;
  private final KeptPictures kept;

  private PromptedModel(PromptPredictor predictor, KeptPictures kept) {
    this.predictor = predictor;
    this.kept = kept;
  }

  /**
   * A picture as it was sent.
   *
   * @param seen of it
   * @param size its own
   */
  record Sent(Photograph seen, Size size) {}

  /**
   * What is asked.
   *
   * @param id of the picture
   * @param sent the picture; empty: it is among those that are kept
   * @param wishes inside the picture
   */
  record Question(String id, Optional<Sent> sent, PromptWishes wishes) {}

  /**
   * What is answered.
   *
   * @param isKnown whether the picture was sent or is still kept; else there are no masks
   * @param isKept whether the picture's id may be asked about now
   */
  record Answered(boolean isKnown, boolean isKept, List<PromptSegment> masks) {
    private static final Answered UNKNOWN = new Answered(false, false, List.of());
  }

  /**
   * Loads a model folder.
   *
   * @param kept closed with the model
   */
  static PromptedModel open(Engine engine, Path model, KeptPictures kept) {
    return new PromptedModel(PromptPredictor.open(engine, model), kept);
  }

  @Override
  public Optional<?> batch(Question question) {
    return Optional.empty();
  }

  @Override
  public List<Answered> run(List<Question> questions) {
    return questions.stream().map(this::answer).toList();
  }

  private Answered answer(Question question) {
    Optional<EncodedPicture> known = kept.find(question.id());
    if (known.isPresent()) {
      return new Answered(true, true, PromptSegment.of(known.get(), question.wishes()));
    }
    if (question.sent().isEmpty()) {
      return Answered.UNKNOWN;
    }
    Sent sent = question.sent().get();
    EncodedPicture encoded = predictor.encode(sent.seen(), sent.size());
    boolean isKept = false;
    try {
      isKept = kept.keep(question.id(), encoded);
      return new Answered(true, isKept, PromptSegment.of(encoded, question.wishes()));
    } finally {
      if (!isKept) {
        encoded.close();
      }
    }
  }

  @Override
  public void close() {
    kept.close();
    predictor.close();
  }
}
