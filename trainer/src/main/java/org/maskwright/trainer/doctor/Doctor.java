package org.maskwright.trainer.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Examines this machine: what it is, and whether every engine on the class path computes rightly on
 * its processor.
 *
 * <p><b>Cost</b> about half a minute on two cores; two short processes for each engine, and one
 * more for each check that ends its process.
 */
public final class Doctor {
  private Doctor() {}

  /**
   * Examines everything.
   *
   * @param engines names as in {@code engine.backend}
   * @param threads inside one operation; 0 = all physical cores
   * @param progress told each finding as it is made
   */
  public static Diagnosis examine(List<String> engines, int threads, Consumer<Finding> progress) {
    long start = System.nanoTime();
    Machine machine = new Machine(SystemFiles.HERE);
    Folders folders = Folders.here();
    Settings settings = new Settings(System.getenv());
    List<Fact> facts = new ArrayList<>(machine.facts());
    facts.addAll(JavaMachine.facts());
    facts.addAll(folders.facts());
    facts.addAll(settings.facts());
    List<Finding> findings = new ArrayList<>();
    Consumer<Finding> both =
        finding -> {
          findings.add(finding);
          progress.accept(finding);
        };
    both.accept(machine.memoryFinding());
    both.accept(JavaMachine.vectorFinding());
    both.accept(JavaMachine.fileNameFinding());
    both.accept(folders.cacheFinding());
    both.accept(folders.workingFinding());
    both.accept(settings.finding());
    for (String engine : engines) {
      new EngineDoctor(engine, threads, facts::add, both).examine();
    }
    return new Diagnosis(facts, findings, (System.nanoTime() - start) / 1e9);
  }
}
