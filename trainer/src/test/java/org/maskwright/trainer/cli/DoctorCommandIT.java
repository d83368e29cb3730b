package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.trainer.doctor.Diagnosis;
import org.maskwright.trainer.doctor.Fact;
import org.maskwright.trainer.doctor.Finding;

class DoctorCommandIT {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Maskwright.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  @Test
  void thisMachineIsRightOnBothEnginesAndSaysSoInOneJsonObject() throws IOException {
    assertEquals(0, run("doctor", "--json"), () -> err + "\n" + out);
    List<String> subjects = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(out.toString())) {
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.VALUE_STRING && json.currentName().equals("subject")) {
          subjects.add(json.getText());
        }
      }
    }
    assertTrue(subjects.containsAll(List.of("machine", "torch", "nd4j")), subjects::toString);
    assertTrue(err.toString().contains("convolutions"), err::toString); // progress
  }

  @Test
  void anUnknownEngineIsWrongUsage() {
    assertEquals(2, run("doctor", "--backend", "abacus"));
    assertTrue(err.toString().contains("torch"), err::toString);
  }

  @Test
  void linesAreOfEightyColumnsButForSingleWords() {
    Finding wrong =
        new Finding(
            "torch",
            "convolutions",
            Finding.Verdict.WRONG,
            "a message of many words ".repeat(9),
            "an advice of many words ".repeat(9),
            1.25);
    DoctorText.print(wrong, new PrintWriter(out, true));
    Fact fact = new Fact("disk", "native cache", "/a/folder, with words ".repeat(9));
    DoctorText.print(new Diagnosis(List.of(fact), List.of(wrong), 3.2), new PrintWriter(out, true));
    assertTrue(out.toString().lines().allMatch(l -> l.length() <= 80), out::toString);
    assertTrue(out.toString().contains("1 of 1 checks failed, in 3 s."), out::toString);
  }
}
