package org.maskwright.trainer.run;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.EvalReports;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.source.EvaluatedData;

/**
 * Evaluates a model on all data sets of a run, one after the other.
 *
 * <p>Where the model's engine has joined several processes they evaluate together: process 0 calls
 * {@link #run}, as often as it likes, and {@link #release} when it needs the others no more; the
 * others call {@link #help} until then.
 */
public final class Evaluators {
  private final List<Evaluator> all = new ArrayList<>();
  private final ProcessGroup processes;
  private final ParameterExchange weights;

  /**
   * For a model and what it is evaluated on.
   *
   * @param normalization what the model was trained with
   * @param threshold score from which a result counts where confusions and errors are counted;
   *     empty: that of the best F1 of each class
   * @throws ConfigException if the model or a data set's annotation cannot serve a kind of the
   *     settings, a data set has no class of the model, or {@code eval.novel} names what is none
   */
  public Evaluators(
      SegmentationModel model,
      Normalization normalization,
      RunSettings run,
      List<EvaluatedData> data,
      Optional<Double> threshold,
      Console console) {
    NovelClasses.require(run.eval(), data);
    for (EvaluatedData each : data) {
      all.add(new Evaluator(model, normalization, run, each, threshold, console));
    }
    this.processes = model.engine().processes();
    this.weights = new ParameterExchange(model.engine(), processes, model.state().values());
  }

  /** One for each data set, in order. */
  List<Evaluator> all() {
    return List.copyOf(all);
  }

  /** Whether evaluations during training leave out images. */
  boolean limited() {
    return all.stream()
        .map(Evaluator::data)
        .anyMatch(d -> d.settings().limit() > 0 && d.settings().limit() < d.dataset().size());
  }

  /**
   * Evaluates on as many images of each data set as its settings say.
   *
   * @param picture receives a sheet of sample predictions; of several data sets each its own, with
   *     the name of the data set before the ending
   */
  EvalReports inTraining(Optional<Path> picture) {
    return run(d -> d.settings().limit(), d -> Optional.empty(), picture);
  }

  /**
   * Evaluates.
   *
   * @param limit at most so many images of each data set; 0 = all
   * @param files receive the results of a data set in the official formats
   * @param picture as of {@link #inTraining}
   */
  public EvalReports run(
      int limit, Function<EvaluatedData, Optional<ResultFiles>> files, Optional<Path> picture) {
    return run(d -> limit, files, picture);
  }

  /** Evaluates on all images, for the metrics alone. */
  EvalReports onAll() {
    return run(0, d -> Optional.empty(), Optional.empty());
  }

  private EvalReports run(
      ToIntFunction<EvaluatedData> limits,
      Function<EvaluatedData, Optional<ResultFiles>> files,
      Optional<Path> picture) {
    Map<String, EvalReport> out = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      Evaluator evaluator = all.get(i);
      EvaluatedData data = evaluator.data();
      int limit = limits.applyAsInt(data);
      if (processes.size() > 1) {
        processes.gather(ByteBuffer.allocate(2 * Integer.BYTES).putInt(i).putInt(limit).array());
        weights.take(0); // which need not be those of the last step
      }
      Optional<Path> sheet = picture.map(p -> all.size() == 1 ? p : sheet(p, data.name()));
      out.put(data.name(), evaluator.run(limit, files.apply(data), sheet));
    }
    return new EvalReports(out);
  }

  /** The sheet of one of several data sets. */
  static Path sheet(Path picture, String name) {
    String file = picture.getFileName().toString();
    int dot = file.lastIndexOf('.');
    return picture.resolveSibling(file.substring(0, dot) + "-" + name + file.substring(dot));
  }

  /** In other processes than the first: helps with an evaluation as {@link #run} asks for it. */
  void help() {
    for (int i = 0; i < all.size(); i++) {
      helpOne();
    }
  }

  /**
   * Helps with the next data set, with the first process's weights, which the model has then.
   *
   * @return false if there is none any more
   */
  private boolean helpOne() {
    byte[] request = processes.gather(new byte[0]).get(0);
    if (request.length == 0) {
      return false;
    }
    weights.take(0);
    ByteBuffer asked = ByteBuffer.wrap(request);
    Evaluator evaluator = all.get(asked.getInt());
    evaluator.help(asked.getInt());
    return true;
  }

  /** Helps until process 0 needs this one no more. */
  public void helpAll() {
    boolean asked;
    do {
      asked = helpOne();
    } while (asked);
  }

  /** In the first process: lets the others go on. */
  public void release() {
    processes.meet();
  }
}
