package org.maskwright.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows between modules that docs/ARCHITECTURE.md draws. */
class ModuleArrowsTest {
  private static final JavaClasses MASKWRIGHT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.maskwright");

  private static final String FILES = "org.maskwright.files..";
  private static final String SETTINGS = "org.maskwright.settings..";
  private static final String ENGINE = "org.maskwright.engine..";
  private static final String TORCH = "org.maskwright.engine.torch..";
  private static final String ND4J = "org.maskwright.engine.nd4j..";
  private static final String DATASETS = "org.maskwright.datasets..";
  private static final String MODEL_ZOO = "org.maskwright.modelzoo..";
  private static final String TRAINER = "org.maskwright.trainer..";
  private static final String DL4J = "org.maskwright.dl4j..";
  private static final String FFMPEG = "org.maskwright.ffmpeg..";
  private static final String ONNX = "org.maskwright.onnx..";
  private static final String BENCHMARKS = "org.maskwright.benchmarks..";

  @Test
  void theFilesModuleKnowsNoOther() {
    noClasses()
        .that()
        .resideInAPackage(FILES)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ENGINE, DATASETS, MODEL_ZOO, ONNX, DL4J, FFMPEG, TRAINER, BENCHMARKS)
        .check(MASKWRIGHT);
  }

  @Test
  void theSettingsModuleKnowsNoOther() {
    noClasses()
        .that()
        .resideInAPackage(SETTINGS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            FILES, ENGINE, DATASETS, MODEL_ZOO, ONNX, DL4J, FFMPEG, TRAINER, BENCHMARKS)
        .check(MASKWRIGHT);
  }

  @Test
  void theEngineKnowsNothingAboveIt() {
    noClasses()
        .that()
        .resideInAPackage(ENGINE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(DATASETS, MODEL_ZOO, ONNX, DL4J, FFMPEG, TRAINER, BENCHMARKS)
        .check(MASKWRIGHT);
  }

  @Test
  void dataSetsKnowNoEngine() {
    noClasses()
        .that()
        .resideInAPackage(DATASETS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ENGINE, MODEL_ZOO, ONNX, DL4J, FFMPEG, TRAINER, BENCHMARKS)
        .check(MASKWRIGHT);
  }

  @Test
  void theModelZooKnowsTheEnginesApiOnly() {
    noClasses()
        .that()
        .resideInAPackage(MODEL_ZOO)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(TORCH, ND4J, DATASETS, ONNX, DL4J, FFMPEG, TRAINER, BENCHMARKS)
        .check(MASKWRIGHT);
  }

  @Test
  void theDl4jModuleKnowsTheModelZooOnly() {
    noClasses()
        .that()
        .resideInAPackage(DL4J)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ENGINE, DATASETS, ONNX, FFMPEG, TRAINER, BENCHMARKS)
        .check(MASKWRIGHT);
  }

  @Test
  void theFfmpegModuleKnowsDataSetsOnly() {
    noClasses()
        .that()
        .resideInAPackage(FFMPEG)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ENGINE, MODEL_ZOO, ONNX, DL4J, TRAINER, BENCHMARKS)
        .check(MASKWRIGHT);
  }

  @Test
  void onlyTheFfmpegModuleSeesFfmpeg() {
    noClasses()
        .that()
        .resideOutsideOfPackage(FFMPEG)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco.ffmpeg..")
        .check(MASKWRIGHT);
  }

  @Test
  void theOnnxModuleKnowsNoEngineAndNoTrainer() {
    noClasses()
        .that()
        .resideInAPackage(ONNX)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ENGINE, DL4J, FFMPEG, TRAINER, BENCHMARKS)
        .check(MASKWRIGHT);
  }

  @Test
  void onlyTheOnnxModuleSeesOnnxruntime() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ONNX)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.onnxruntime..")
        .check(MASKWRIGHT);
  }

  @Test
  void onlyTheDl4jModuleSeesDl4j() {
    noClasses()
        .that()
        .resideOutsideOfPackage(DL4J)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.deeplearning4j..")
        .check(MASKWRIGHT);
  }

  @Test
  void theTrainerKnowsNoEngineImplementation() {
    noClasses()
        .that()
        .resideInAPackage(TRAINER)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(TORCH, ND4J, DL4J, FFMPEG, BENCHMARKS)
        .check(MASKWRIGHT);
  }

  @Test
  void onlyTheTorchEngineSeesLibTorch() {
    noClasses()
        .that()
        .resideOutsideOfPackages(TORCH, BENCHMARKS)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco.pytorch..")
        .check(MASKWRIGHT);
  }

  @Test
  void onlyTheNd4jEngineCallsNd4jOperations() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ND4J, BENCHMARKS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j.linalg.api.ops..", "org.nd4j.autodiff..")
        .check(MASKWRIGHT);
  }

  @Test
  void nothingUsesTheBenchmarks() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BENCHMARKS)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(BENCHMARKS)
        .check(MASKWRIGHT);
  }
}
