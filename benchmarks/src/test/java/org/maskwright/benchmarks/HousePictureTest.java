package org.maskwright.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The picture of the house is what the class files show. */
class HousePictureTest {
  private static final Path PAGE = Path.of("..", "docs", "ARCHITECTURE.md");
  private static final String REDRAW = "maskwright.redraw";

  @Test
  void thePictureOfTheHouseIsThatOfTheCode() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(HousePicture.BEGIN);
    int end = page.indexOf(HousePicture.END);
    assertTrue(
        begin >= 0 && end > begin,
        PAGE + ": expected the lines '" + HousePicture.BEGIN + "' and '" + HousePicture.END + "'");
    int from = begin + HousePicture.BEGIN.length();
    String drawn = "\n" + HousePicture.draw();
    if (Boolean.getBoolean(REDRAW)) {
      Files.writeString(PAGE, page.substring(0, from) + drawn + page.substring(end));
      return;
    }
    assertEquals(
        drawn,
        page.substring(from, end),
        "docs/ARCHITECTURE.md shows another house than the class files; draw it again with:"
            + " mvn -pl benchmarks -am test -Dtest=HousePictureTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -D"
            + REDRAW
            + "=true");
  }
}
