package org.maskwright.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.Provenance;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.EvalFiles;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.EvalReports;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.report.ReportPage;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.source.EvaluatedData;

/**
 * A model folder on a data set, by the official rules, by one process or by several that each call
 * {@link #run} and share the images: the first one has the report and writes the files, which are
 * those of one process.
 *
 * <pre>{@code
 * Optional<EvalReports> reports =
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
  public Optional<EvalReports> run(ProcessGroup group, Optional<OutputFolder> out)
      throws IOException {
    Agreement.requireSettings(group, settings);
    List<EvaluatedData> data = data(group);
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
        data.stream()
            .filter(each -> !each.ofOwnClasses())
            .forEach(
                each ->
                    SameClasses.require(
                        loaded.classSpace(), each.dataset(), model, wishes.byPosition()));
      }
      Evaluators evaluators =
          new Evaluators(
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
              "validation data", EvaluatedData.fingerprint(data), "asked for", wishes.toString()));
      if (group.rank() > 0) {
        evaluators.helpAll();
        return Optional.empty();
      }
      return Optional.of(
          out.isPresent()
              ? written(evaluators, out.get(), page(data, engine, evaluators))
              : evaluated(evaluators, each -> Optional.empty(), Optional.empty()));
    }
  }

  /** The first process opens it first: a made one is written then. */
  private List<EvaluatedData> data(ProcessGroup group) {
    if (group.rank() > 0) {
      group.meet();
    }
    List<EvaluatedData> data = EvaluatedData.all(settings);
    if (group.rank() == 0) {
      group.meet();
    }
    return data;
  }

  private EvalReports evaluated(
      Evaluators evaluators,
      Function<EvaluatedData, Optional<ResultFiles>> files,
      Optional<Path> sheet) {
    EvalReports reports = evaluators.run(wishes.limit(), files, sheet);
    evaluators.release();
    return reports;
  }

  private Function<EvalReports, String> page(
      List<EvaluatedData> data, Engine engine, Evaluators evaluators) {
    Provenance provenance =
        Provenance.current(
            settings.seed(),
            engine.backendName(),
            engine.device().toString(),
            command,
            Map.of("val", EvaluatedData.fingerprint(data)));
    return reports ->
        ReportPage.html(EvaluationReport.of(model, settings, reports, evaluators, provenance));
  }

  /** The files of one of several data sets are in a folder of its name. */
  private EvalReports written(
      Evaluators evaluators, OutputFolder folder, Function<EvalReports, String> page)
      throws IOException {
    Path sheet = folder.path().resolve(".samples.png"); // hidden until all is there
    Map<String, ResultFiles> files = new LinkedHashMap<>();
    Map<Path, String> sheets = new LinkedHashMap<>();
    List<Evaluator> all = evaluators.all();
    for (Evaluator evaluator : all) {
      String name = evaluator.data().name();
      boolean one = all.size() == 1;
      files.put(name, ResultFiles.in(folder, one ? "" : name + "/"));
      sheets.put(
          one ? sheet : Evaluators.sheet(sheet, name),
          one ? "samples.png" : "samples-" + name + ".png");
    }
    try {
      EvalReports reports =
          evaluated(evaluators, data -> Optional.of(files.get(data.name())), Optional.of(sheet));
      files.values().forEach(ResultFiles::finish);
      EvalFiles.of(reports).forEach(folder::write);
      folder.write(ReportPage.NAME, page.apply(reports));
      for (Map.Entry<Path, String> made : sheets.entrySet()) {
        if (Files.exists(made.getKey())) {
          folder.publish(made.getKey(), made.getValue());
        }
      }
      return reports;
    } finally {
      for (ResultFiles each : files.values()) {
        each.close();
      }
      for (Path made : sheets.keySet()) {
        Files.deleteIfExists(made);
      }
    }
  }

  /**
   * Checks, before an evaluation that may take long, that there will be thresholds to keep.
   *
   * @throws ConfigException if no kind of result that is evaluated has scores
   */
  public void requireThresholds() {
    List<ResultKind<?>> kinds =
        settings.data().evaluations().stream()
            .<ResultKind<?>>flatMap(e -> e.kinds().stream())
            .toList();
    if (kinds.stream().noneMatch(ResultKind::hasScores)) {
      throw new ConfigException(
          "eval.tasks: expected "
              + scored()
              + " among them for --save-thresholds, the kinds of result with scores of their own,"
              + " got "
              + kinds.stream().map(ResultKind::name).distinct().toList());
    }
  }

  private static String scored() {
    return ResultKinds.all().stream()
        .filter(ResultKind::hasScores)
        .map(ResultKind::name)
        .collect(Collectors.joining(" or "));
  }

  /**
   * Keeps the score thresholds of the best F1 in the model folder, of several data sets those of
   * the one whose metric decides.
   *
   * @return their file; empty if nothing right was found
   */
  public Optional<Path> keepThresholds(EvalReports reports) {
    EvalReport report = reports.deciding(settings.eval().bestOf());
    Map<String, ScoreThresholds> found = report.bestThresholds();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    List<String> classes = report.classes().stream().map(c -> c.name()).toList();
    ModelFolder.writeThresholds(model, found, classes);
    return Optional.of(model.resolve(ModelFolder.THRESHOLDS));
  }
}
