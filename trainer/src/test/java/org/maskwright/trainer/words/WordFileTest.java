package org.maskwright.trainer.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DatasetException;
import org.maskwright.modelzoo.text.WordClass;

class WordFileTest {
  @TempDir Path folder;

  private WordFile read(String name, String text, boolean synonyms) throws Exception {
    return WordFile.read(Files.writeString(folder.resolve(name), text), synonyms);
  }

  private static WordClass words(String... words) {
    return new WordClass(words[0], List.of(words));
  }

  @Test
  void everyFormIsRead() throws Exception {
    assertEquals(
        List.of(words("door, double door"), words("cat", "kitty"), words("boat")),
        read("a.txt", "# mine\ndoor, double door\n\n cat | kitty \nboat\n", false).classes());
    assertEquals(
        List.of(words("door", "double door"), words("sea")),
        read("a.txt", "door, double door\nsea", true).classes());
    WordFile numbered =
        read("a.txt", "0:invalid_class_id\n1:person,child,girl,child\n2: bicycle ,bike,\n", false);
    assertEquals(
        List.of(words("person", "child", "girl"), words("bicycle", "bike")), numbered.classes());
    assertEquals(1, numbered.notes().size());
  }

  @Test
  void categoriesOfJsonAreRead() throws Exception {
    String lvis =
        "{\"images\": [1], \"categories\": [{\"id\": 2, \"name\": \"tin_can\", \"synonyms\": [\"can\", \"tin_can\"]}, {\"id\": 1, \"name\": \"ale\"}]}";
    assertEquals(List.of(words("ale"), words("tin_can")), read("a.json", lvis, false).classes());
    assertEquals(
        List.of(words("ale"), words("tin_can", "can")), read("a.json", lvis, true).classes());
    assertEquals(
        List.of(words("ale")), read("a.json", "[{\"id\": 1, \"name\": \"ale\"}]", true).classes());
  }

  @Test
  void wrongFilesSayWhere() throws Exception {
    refused("found none", "# nothing\n", "a.txt");
    refused("line 3: the class \"cat\" is that of line 1", "cat\ndog\ncat\n", "a.txt");
    refused("line 2", "cat\n|dog\n", "a.txt");
    refused("line 1", "1:,\n", "a.txt");
    refused("name", "{\"categories\": [{\"id\": 1}]}", "a.json");
    refused("categories", "{}", "a.json");
    refused("a.json", "{", "a.json");
  }

  private void refused(String expected, String text, String name) {
    DatasetException error =
        assertThrows(DatasetException.class, () -> read(name, text, true), text);
    assertTrue(error.getMessage().contains(expected), error.getMessage());
    assertTrue(error.getMessage().contains(name), error.getMessage());
  }

  @Test
  void templatesOfThePapersAreWhole() throws Exception {
    assertEquals(List.of("{}"), Templates.read("name"));
    assertEquals(List.of("a photo of a {}."), Templates.read("photo"));
    assertEquals(14, Templates.read("vild").size());
    assertEquals(80, Templates.read("imagenet").size());
    Path own = Files.writeString(folder.resolve("own.txt"), "# mine\nthe {}\n");
    assertEquals(List.of("the {}"), Templates.read(own.toString()));
    for (String wrong : List.of("the", "the {} of {}", "the {}\nthe {}", "")) {
      Files.writeString(own, wrong);
      assertThrows(DatasetException.class, () -> Templates.read(own.toString()));
    }
    DatasetException error = assertThrows(DatasetException.class, () -> Templates.read("imagent"));
    assertTrue(error.getMessage().contains("did you mean imagenet"), error.getMessage());
  }
}
