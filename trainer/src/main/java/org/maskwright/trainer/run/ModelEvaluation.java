package org.maskwright.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.Provenance;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.EvalFiles;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.report.ReportPage;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.source.TrainingData;

/**
 * A model folder on a data set, by the official rules, by one process or by several that each call
 * {@link #run} and share the images: the first one has the report and writes the files, which are
 * those of one process.
 *
 * <pre>{@code
 * Optional<EvalReport> report =
 *     GroupMember.run(
 *         place, settings.train().processes().patience(), group -> evaluation.run(group, out));
 * }</pre>
 */
public final class ModelEvaluation {
  private final Path model;
  private final RunSettings settings;
  private final Wishes wishes;
  private final Console console;
  private final List<String> command;

  /**
   * What a person asks of it.
   *
   * @param limit evaluate at most so many images; 0 = all
   * @param byPosition take the data set's classes for the model's in their order, whatever their
   *     names
   * @param threshold score from which a result counts where confusions and errors are counted;
   *     empty: that of the best F1 of each class
   */
  public record Wishes(int limit, boolean byPosition, Optional<Double> threshold) {}

  /**
   * @param settings of the data, the evaluation and the engine
   * @param command as given, for the provenance
   */
  public ModelEvaluation(
      Path model, RunSettings settings, Wishes wishes, Console console, List<String> command) {
    this.model = model;
    this.settings = settings;
    this.wishes = wishes;
    this.console = console;
    this.command = List.copyOf(command);
  }

  /**
   * Evaluates.
   *
   * @param out receives results in the official formats and a report; in the first process
   * @return in the first process
   * @throws ConfigException if model and data set do not fit, or the processes differ
   */
  public Optional<EvalReport> run(ProcessGroup group, Optional<OutputFolder> out)
      throws IOException {
    Agreement.requireSettings(group, settings);
    Dataset data = data(group);
    try (Engine engine =
            GroupMember.open(
                settings.engine().options(settings.seed()), group, ProcessGroup.alone());
        SegmentationModel loaded = ModelFolder.open(engine, model)) {
      console.line("engine: " + engine.description());
      if (group.size() == 1) { // else they are the others' of this evaluation
        SharedCores.notice(settings.engine().threads()).ifPresent(console::line);
      }
      DecoderConfig decoder = loaded.config().decoder();
      if (!decoder.isAsked() || decoder.hasOwnExample()) { // else any class can be asked about
        SameClasses.require(loaded.classSpace(), data, model, wishes.byPosition());
      }
      Evaluator evaluator =
          new Evaluator(
              loaded,
              ModelFolder.describe(model).normalization(),
              settings,
              data,
              wishes.threshold(),
              console);
      Agreement.require(
          group,
          engine,
          loaded,
          Map.of(
              "validation data", TrainingData.fingerprint(data), "asked for", wishes.toString()));
      if (group.rank() > 0) {
        evaluator.helpAll();
        return Optional.empty();
      }
      return Optional.of(
          out.isPresent()
              ? written(evaluator, out.get(), page(data, engine, evaluator))
              : evaluated(evaluator, Optional.empty(), Optional.empty()));
    }
  }

  /** The first process opens it first: a made one is written then. */
  private Dataset data(ProcessGroup group) {
    if (group.rank() > 0) {
      group.meet();
    }
    Dataset data = TrainingData.evaluated(settings);
    if (group.rank() == 0) {
      group.meet();
    }
    return data;
  }

  private EvalReport evaluated(
      Evaluator evaluator, Optional<ResultFiles> files, Optional<Path> sheet) {
    EvalReport report = evaluator.run(wishes.limit(), files, sheet);
    evaluator.release();
    return report;
  }

  private Function<EvalReport, String> page(Dataset data, Engine engine, Evaluator evaluator) {
    Provenance provenance =
        Provenance.current(
            settings.seed(),
            engine.backendName(),
            engine.device().toString(),
            command,
            Map.of("val", TrainingData.fingerprint(data)));
    return report ->
        ReportPage.html(EvaluationReport.of(model, settings, data, report, evaluator, provenance));
  }

  private EvalReport written(
      Evaluator evaluator, OutputFolder folder, Function<EvalReport, String> page)
      throws IOException {
    Path sheet = folder.path().resolve(".samples.png"); // hidden until all is there
    try (ResultFiles files = ResultFiles.in(folder)) {
      EvalReport report = evaluated(evaluator, Optional.of(files), Optional.of(sheet));
      files.finish();
      EvalFiles.of(report).forEach(folder::write);
      folder.write(ReportPage.NAME, page.apply(report));
      if (Files.exists(sheet)) {
        folder.publish(sheet, "samples.png");
      }
      return report;
    } catch (IOException e) {
      throw OutputFile.failure(folder.path(), e);
    } finally {
      Files.deleteIfExists(sheet);
    }
  }

  /**
   * Checks, before an evaluation that may take long, that there will be thresholds to keep.
   *
   * @throws ConfigException if no kind of result that is evaluated has scores
   */
  public void requireThresholds() {
    if (settings.eval().kinds().stream().noneMatch(ResultKind::hasScores)) {
      throw new ConfigException(
          "eval.tasks: expected "
              + scored()
              + " among them for --save-thresholds, the kinds of result with scores of their own,"
              + " got "
              + settings.eval().tasks());
    }
  }

  private static String scored() {
    return ResultKinds.all().stream()
        .filter(ResultKind::hasScores)
        .map(ResultKind::name)
        .collect(Collectors.joining(" or "));
  }

  /**
   * Keeps the score thresholds of the best F1 in the model folder.
   *
   * @return their file; empty if nothing right was found
   */
  public Optional<Path> keepThresholds(EvalReport report) {
    Map<String, ScoreThresholds> found = report.bestThresholds();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    List<String> classes = report.classes().stream().map(c -> c.name()).toList();
    ModelFolder.writeThresholds(model, found, classes);
    return Optional.of(model.resolve(ModelFolder.THRESHOLDS));
  }
}
