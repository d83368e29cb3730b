package org.maskwright.trainer.serve;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.http.Handler;
import org.maskwright.trainer.http.HttpException;
import org.maskwright.trainer.http.Metrics;
import org.maskwright.trainer.http.ServerSettings;
import org.maskwright.trainer.prompt.PromptPredictor;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.run.PredictionWishes;
import org.maskwright.trainer.run.SharedModel;

/**
 * A model that is served: one that says what it sees in a picture, or one that answers prompts.
 *
 * @param queue its thread, which is not started
 * @param predict answers {@code /v1/predict}
 * @param prompt answers {@code /v1/prompt}
 * @param description of {@code /v1/model}
 * @param example path and query of a first question about a picture
 */
record Served(
    ModelQueue<?, ?, ?> queue,
    Handler predict,
    Handler prompt,
    JsonContent description,
    String example) {
  private static final String PREDICT = "/v1/predict";
  private static final String PROMPT = "/v1/prompt";

  /**
   * Of a model folder, or a file of ONNX.
   *
   * @param wishes what is asked where a request says nothing else
   * @throws IllegalArgumentException if wishes do not fit the model
   * @throws org.maskwright.trainer.config.ConfigException if it is a model that answers by examples
   * @throws org.maskwright.modelzoo.weights.CheckpointException if the folder is none of a model
   */
  static Served of(
      Path model,
      PredictionWishes wishes,
      Supplier<Engine> engine,
      ServerSettings http,
      ServiceSettings service,
      Metrics metrics) {
    return PromptPredictor.isFor(model)
        ? prompted(model, wishes, engine, http, service, metrics)
        : seeing(model, wishes, engine, http, service, metrics);
  }

  private static Served seeing(
      Path model,
      PredictionWishes wishes,
      Supplier<Engine> engine,
      ServerSettings http,
      ServiceSettings service,
      Metrics metrics) {
    Prediction prediction = Prediction.of(model, wishes);
    ModelQueue<SharedModel.Waiting, SharedModel.Seen, SeeingModel> queue =
        new ModelQueue<>(engine, e -> SeeingModel.open(e, prediction), service, metrics);
    return new Served(
        queue,
        new PredictHandler(prediction, wishes, service, queue),
        other("this model takes no prompts; send the picture to " + PREDICT),
        ModelDescription.of(model, prediction).json(http, service),
        PREDICT);
  }

  private static Served prompted(
      Path model,
      PredictionWishes wishes,
      Supplier<Engine> engine,
      ServerSettings http,
      ServiceSettings service,
      Metrics metrics) {
    if (!wishes.equals(PredictionWishes.NONE)) {
      throw new IllegalArgumentException(
          "wishes: expected none of a model that answers prompts, got " + wishes);
    }
    ModelFile file = ModelFolder.describe(model);
    KeptPictures kept = new KeptPictures(service.keepBytes());
    metrics.gauge(
        "maskwright_kept_pictures", "Encoded pictures that are kept for prompts.", kept::count);
    metrics.gauge("maskwright_kept_bytes", "Memory that they take.", kept::bytes);
    ModelQueue<PromptedModel.Question, PromptedModel.Answered, PromptedModel> queue =
        new ModelQueue<>(engine, e -> PromptedModel.open(e, model, kept), service, metrics);
    return new Served(
        queue,
        other(
            "this model answers prompts and says nothing about a picture alone; send the picture to "
                + PROMPT
                + "?points=X,Y"),
        new PromptHandler(file.normalization(), service, kept, queue),
        ModelDescription.of(model, file).json(http, service),
        PROMPT + "?points=X,Y");
  }

  /** Of what the model cannot do. */
  private static Handler other(String problem) {
    return request -> {
      throw HttpException.notFound(problem);
    };
  }
}
