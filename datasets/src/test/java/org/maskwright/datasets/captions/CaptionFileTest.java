package org.maskwright.datasets.captions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DatasetException;

class CaptionFileTest {
  @TempDir private Path dir;

  private Path file(String name, String text) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static List<String> read(Path file) {
    List<String> out = new ArrayList<>();
    new CaptionFile(file).read((picture, text) -> out.add(picture + ": " + text));
    return out;
  }

  private static String problem(Path file) {
    return assertThrows(DatasetException.class, () -> read(file)).getMessage();
  }

  @Test
  void captionsOfCocoAreCalledByTheFileWherePicturesAreListedFirst() throws IOException {
    String images = "\"images\":[{\"id\":7,\"width\":4,\"file_name\":\"000007.jpg\"}]";
    String captions =
        "\"annotations\":[{\"id\":1,\"image_id\":7,\"caption\":\"A dog.\"},"
            + "{\"caption\":\"Its \\\"ball\\\"\",\"image_id\":7,\"id\":2}]";
    assertEquals(
        List.of("000007.jpg: A dog.", "000007.jpg: Its \"ball\""),
        read(file("a.json", "{\"info\":{}," + images + "," + captions + "}")));
    assertEquals(
        List.of("7: A dog.", "7: Its \"ball\""),
        read(file("b.json", "{" + captions + "," + images + "}")));
  }

  @Test
  void narrativesAreReadLineByLine() throws IOException {
    String line =
        "{\"dataset_id\":\"mscoco\",\"image_id\":\"139\",\"caption\":\"In this picture a clock.\",\"timed_caption\":[{\"utterance\":\"In\",\"start_time\":0}],\"traces\":[[{\"x\":0.1}]]}";
    assertEquals(
        List.of("139: In this picture a clock.", "a/b.jpg: two"),
        read(file("n.jsonl", line + "\n\n{\"file_name\":\"a/b.jpg\",\"text\":\"two\"}\n")));
    String message = problem(file("m.jsonl", line + "\n{\"image_id\":\"1\"}\n"));
    assertTrue(message.contains("m.jsonl") && message.contains("line 2"), message);
  }

  @Test
  void tablesHaveQuotesAndMayNameTheirColumns() throws IOException {
    assertEquals(
        List.of("a.jpg: one, \"two\"\nthree", "b.jpg: four"),
        read(file("a.csv", "a.jpg,\"one, \"\"two\"\"\nthree\"\r\nb.jpg,four\n")));
    assertEquals(
        List.of("a.jpg: said"), read(file("b.csv", "\uFEFFcaption,number,image\nsaid,0,a.jpg")));
    assertEquals(List.of("a.jpg: \"it is, so\""), read(file("c.tsv", "a.jpg\t\"it is, so\"\n\n")));
    String message = problem(file("d.csv", "a.jpg,one\nb.jpg\n"));
    assertTrue(message.contains("row 2") && message.contains("b.jpg"), message);
  }

  @Test
  void textsBesidePicturesHaveACaptionALine() throws IOException {
    file("texts/one.txt", "first\n\nsecond\n");
    file("texts/more/two.txt", "third");
    file("texts/one.jpg", "");
    assertEquals(
        List.of("more/two.txt: third", "one.txt: first", "one.txt: second"),
        read(dir.resolve("texts")));
  }

  @Test
  void otherFilesAreRefusedWithWhatIsRead() throws IOException {
    Path latin = dir.resolve("l.csv");
    Files.write(latin, "a.jpg,caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertTrue(problem(latin).contains("expected UTF-8"), problem(latin));
    assertTrue(problem(file("a.xml", "")).contains(".jsonl"));
    assertTrue(problem(file("i.json", "{\"images\":[]}")).contains("annotations"));
    assertTrue(
        problem(file("o.json", "{\"annotations\":[{\"image_id\":1,\"bbox\":[]}]}"))
            .contains("caption"));
    assertTrue(problem(Files.createDirectory(dir.resolve("empty"))).contains("NAME.txt"));
    assertThrows(DatasetException.class, () -> read(dir.resolve("missing.csv")));
  }
}
