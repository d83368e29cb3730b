package org.maskwright.trainer.annotate;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.labels.LabelFile;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.http.LocalServer;
import org.maskwright.trainer.http.Metrics;
import org.maskwright.trainer.http.ServerSettings;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.run.PredictionWishes;

/**
 * The annotation page of a folder of pictures, with its labels, proposals and trainings.
 *
 * <pre>{@code
 * try (AnnotateServer server =
 *     AnnotateServer.start(
 *         AnnotateWishes.of(Path.of("photos"), "cat", "dog"),
 *         ServerSettings.local(),
 *         () -> Engine.open(EngineOptions.DEFAULT),
 *         Throwable::printStackTrace)) {
 *   System.out.println(server.link()); // to be opened in a browser
 *   waitForTheUser();
 * }
 * }</pre>
 *
 * <p>Runs, exports and their copies of labels are in {@value #WORK} in the folder.
 *
 * <p><b>Threads</b> safe. <b>Lifecycle</b> answers until it is closed; a training is then ended in
 * order.
 */
public final class AnnotateServer implements AutoCloseable {
  /** Folder of what is made of labels. */
  public static final String WORK = ".maskwright";

  private static final String ANY_CLASS = "object";

  private final LabelFile labels;
  private final PreLabels preLabels;
  private final Training training;
  private final Optional<MaskPrompter> prompter;
  private final LocalServer server;

  private AnnotateServer(
      LabelFile labels,
      PreLabels preLabels,
      Training training,
      Optional<MaskPrompter> prompter,
      LocalServer server) {
    this.labels = labels;
    this.preLabels = preLabels;
    this.training = training;
    this.prompter = prompter;
    this.server = server;
  }

  /**
   * Starts one.
   *
   * @param engines opens the engine that a model computes with, when one is needed
   * @param faults told of what should not have happened, by several threads at once
   * @throws DatasetException if the folder has no picture, or the file of labels cannot be read
   * @throws org.maskwright.datasets.labels.LabelConflictException if another process labels with
   *     the file
   * @throws org.maskwright.modelzoo.weights.CheckpointException if a model is none
   * @throws ConfigException if the model for prompts answers none
   * @throws IOException if the port cannot be bound
   */
  public static AnnotateServer start(
      AnnotateWishes wishes,
      ServerSettings settings,
      Supplier<Engine> engines,
      Consumer<Throwable> faults)
      throws IOException {
    Path folder = wishes.folder().toAbsolutePath().normalize();
    if (!Files.isDirectory(folder)) {
      throw DatasetException.ofFile(wishes.folder(), "expected a folder of pictures");
    }
    Optional<Prediction> model = wishes.model().map(m -> Prediction.of(m, PredictionWishes.NONE));
    List<String> names =
        Photographs.find(List.of(folder)).stream().map(Photographs.Photograph::name).toList();
    List<String> classes = classes(wishes, model.map(Prediction::classSpace));
    Path file = wishes.labels().toAbsolutePath().normalize();
    LabelFile labels = LabelFile.open(file, DataFolder.of(folder), names, classes);
    List<AutoCloseable> opened = new ArrayList<>(List.of(labels));
    try {
      Path work = folder.resolve(WORK);
      Training[] of = new Training[1];
      PreLabels preLabels = new PreLabels(labels, engines, () -> of[0].isRunning());
      Training training = new Training(labels, folder, work, wishes.trainWords(), preLabels::use);
      of[0] = training;
      opened.add(preLabels);
      Optional<MaskPrompter> prompter = wishes.promptModel().map(m -> prompter(engines, m));
      prompter.ifPresent(opened::add);
      AnnotateRoutes routes =
          new AnnotateRoutes(
              folder,
              labels,
              new Leases(System::nanoTime),
              preLabels,
              training,
              new Exports(labels, folder, work),
              prompter);
      LocalServer server = LocalServer.start(settings, routes.routes(), new Metrics(), faults);
      wishes.model().or(training::newest).ifPresent(preLabels::use);
      return new AnnotateServer(labels, preLabels, training, prompter, server);
    } catch (IOException | RuntimeException | Error e) {
      close(opened, e);
      throw e;
    }
  }

  private static MaskPrompter prompter(Supplier<Engine> engines, Path model) {
    try {
      return new PromptModel(engines, model);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("--prompt-model %s: %s".formatted(model, e.getMessage()));
    }
  }

  /** Those asked for; where nothing is labelled yet the model's, else one of any name. */
  private static List<String> classes(AnnotateWishes wishes, Optional<ClassSpace> model) {
    if (!wishes.classes().isEmpty() || Files.exists(wishes.labels())) {
      return wishes.classes();
    }
    return model.map(ClassSpace::names).orElse(List.of(ANY_CLASS));
  }

  private static void close(List<AutoCloseable> opened, Throwable failed) {
    for (int i = opened.size() - 1; i >= 0; i--) {
      try {
        opened.get(i).close();
      } catch (Exception e) {
        failed.addSuppressed(e);
      }
    }
  }

  /** The page's address with its token, to be opened in a browser. */
  public URI link() {
    return server.link("");
  }

  /** The pictures. */
  public int pictures() {
    return labels.size();
  }

  /** Pictures in the file of labels that the folder lacks. */
  public int elsewhere() {
    return labels.elsewhere();
  }

  /** Answers no more, and ends a training after its step. */
  @Override
  public void close() {
    try (labels;
        preLabels;
        training;
        MaskPrompter prompts = prompter.orElse(null)) {
      server.close();
    }
  }
}
