package org.maskwright.trainer.run;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.loop.TrainListener;

/**
 * A few steps and evaluated images of a run that is not kept, to know what they take. Nothing is
 * written, and the run itself starts as if it had not been.
 *
 * @param stepSeconds of an optimiser step, all of its batches; the last one measured, as the first
 *     ones also make what later ones find made
 * @param imageSeconds of an evaluated image, all of its tiles; 0 if none was
 * @param startSeconds until the first step begins, and what the first step takes beyond the last
 * @param heldBytes of the model and its gradients and moments, in the engine's arrays
 * @param peakBytes largest in the engine's arrays during a step
 * @param residentBytes of the process after the steps, 0 where the system does not tell
 */
public record Rehearsal(
    double stepSeconds,
    double imageSeconds,
    double startSeconds,
    long heldBytes,
    long peakBytes,
    long residentBytes) {
  /**
   * As a run reads its data and computes; the settings' paths are read, none is written.
   *
   * @param images to evaluate; 0: none, and they are taken to need no time
   */
  public static Rehearsal of(RunSettings settings, int steps, int images) {
    long begin = System.nanoTime();
    try (Console silent = new Console(new PrintWriter(Writer.nullWriter()), false);
        Prepared run = Prepared.of(settings, silent, silent::line, ProcessGroup.alone());
        Loader loader = run.data().loader(run.data().start())) {
      List<Double> seconds = new ArrayList<>();
      long first = System.nanoTime();
      run.learner()
          .trainer(settings, TrainingState.START, Optional::empty)
          .run(
              loader,
              0,
              steps,
              List.of(
                  report -> {
                    seconds.add(report.phases().total() / 1000);
                    return TrainListener.Verdict.CONTINUE;
                  }));
      double last = seconds.get(steps - 1);
      double start = (first - begin) / 1e9 + Math.max(0, seconds.get(0) - last);
      long peak = run.engine().memory().peakBytes();
      long held = run.engine().memory().liveBytes();
      return new Rehearsal(
          last,
          images == 0 ? 0 : imageSeconds(run, images),
          start,
          held,
          peak,
          ResidentMemory.bytes().orElse(0));
    }
  }

  private static double imageSeconds(Prepared run, int images) {
    Evaluator first = run.evaluators().all().get(0);
    EvalReport report = first.run(images, Optional.empty(), Optional.empty());
    return report.seconds() / report.images();
  }
}
