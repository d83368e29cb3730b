package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileOptionsTest {
  @ParameterizedTest
  @CsvSource({
    "--tile 10, --tile: expected, at least 32",
    "--tile wide, '--tile: expected off, auto', got wide",
    "--tile -5, '--tile: expected off, auto', got -5",
    "--tile 64 --overlap 40, --overlap: expected 1 to 32, got 40",
    "--tile auto --overlap -1, --overlap: expected at least 0, got -1"
  })
  void aTileOrAnOverlapThatCannotBeSaysWhatCan(String options, String first, String second) {
    List<String> predict = new ArrayList<>(List.of("predict", "model", "a.png", "--out", "out"));
    List<String> eval = new ArrayList<>(List.of("eval", "model", "--config", "configs/none.conf"));
    for (List<String> words : List.of(predict, eval)) {
      words.addAll(Arrays.asList(options.split(" ", -1)));
      StringWriter err = new StringWriter();
      int code =
          Maskwright.run(
              new PrintWriter(new StringWriter()),
              new PrintWriter(err),
              words.toArray(String[]::new));
      assertEquals(2, code, err::toString);
      assertTrue(err.toString().contains(first), err::toString);
      assertTrue(err.toString().contains(second), err::toString);
    }
  }
}
