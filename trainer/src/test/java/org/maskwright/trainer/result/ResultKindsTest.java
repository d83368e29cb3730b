package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import example.Plain;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.settings.ExtensionException;

class ResultKindsTest {
  private static final ClassSpace CLASSES = ClassSpace.ofSize(1);
  private static final ImageOutputs OUTPUTS = new ImageOutputs(null, ImageFrame.unchanged(1, 1));

  private static final ResultContext CONTEXT = new ResultContext(CLASSES, null, null);

  @Test
  void othersKindsComeBehindTheBuiltInOnes() {
    List<String> first = ResultKinds.builtIn().stream().<String>map(ResultKind::name).toList();
    assertEquals(List.of("panoptic", "instance", "semantic"), first.subList(0, 3));
    assertEquals(ResultKinds.builtIn(), ResultKinds.all().subList(0, first.size()));
    assertInstanceOf(Plain.class, ResultKinds.get("plain"));
  }

  @ParameterizedTest
  @CsvSource({"panoptics, panoptic", "semnatic, semantic", "plian, plain"})
  void anUnknownNameIsToldTheNearestAndAll(String wrong, String near) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> ResultKinds.get(wrong)).getMessage();
    List<String> names = ResultKinds.all().stream().<String>map(ResultKind::name).toList();
    assertTrue(names.contains("plain"));
    assertTrue(message.contains("one of " + String.join(", ", names)), message);
    assertTrue(message.endsWith("got " + wrong + "; did you mean " + near + "?"), message);
  }

  @Test
  void aKindThatMeasuresNothingOrOneThingTwiceIsRefused() {
    for (Plain kind : List.of(new Plain("plain"), new Plain("plain", "x", "x"))) {
      assertRefused(kind);
    }
  }

  @Test
  void theNameOfTheLossesIsTaken() {
    assertRefused(new Plain("loss", "x"));
  }

  private static void assertRefused(Plain kind) {
    String message =
        assertThrows(ExtensionException.class, () -> ResultKinds.checked(kind)).getMessage();
    assertTrue(message.contains(Plain.class.getName()), message);
  }

  @Test
  void aKindThatFailsIsNamed() throws IOException {
    Plain failing =
        new Plain(
            () -> {
              throw new ArithmeticException("divided by nothing");
            });
    String message =
        assertThrows(ExtensionException.class, () -> ImageResult.of(failing, OUTPUTS, CONTEXT))
            .getMessage();
    for (String part : List.of("plain", Plain.class.getName(), "divided by nothing")) {
      assertTrue(message.contains(part), message);
    }
    ImageResult<String> result = ImageResult.of(new Plain(() -> "answer"), OUTPUTS, CONTEXT);
    JsonGenerator json = new JsonFactory().createGenerator(new StringWriter());
    for (Executable part :
        List.<Executable>of(
            () -> result.json("a.jpg", ScoreThresholds.everywhere(0)).writeTo(json),
            () -> result.picture(null, ScoreThresholds.everywhere(0)))) {
      String said = assertThrows(ExtensionException.class, part).getMessage();
      assertTrue(said.contains("plain"), said);
    }
  }

  @Test
  void aUsersMistakeStaysWhatItIs() {
    DatasetException mistake = new DatasetException("broken.json");
    Plain kind =
        new Plain(
            () -> {
              throw mistake;
            });
    assertSame(
        mistake,
        assertThrows(DatasetException.class, () -> ImageResult.of(kind, OUTPUTS, CONTEXT)));
  }

  @Test
  void metricsThatWereNotDeclaredAreRefused() {
    KindScoring<String>.Pass pass =
        KindScoring.of(new Plain("plain", "x"), ScoringData.of(null)).start(Optional.empty());
    String message = assertThrows(ExtensionException.class, pass::report).getMessage();
    assertTrue(message.contains("[x]") && message.contains("[y]"), message);
  }
}
