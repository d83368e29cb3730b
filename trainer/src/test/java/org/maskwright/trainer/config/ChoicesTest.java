package org.maskwright.trainer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.settings.Doc;
import org.maskwright.settings.ExtensionException;
import org.maskwright.settings.Variant;
import org.maskwright.settings.VariantsOf;

/** Sections that choose among the variants of a registry. */
public class ChoicesTest {
  /** A kind. */
  public interface GearKind extends Variant {}

  /** What its variants are set with. */
  @VariantsOf(GearKind.class)
  public interface Gear {}

  /** The first variant. */
  public static final class LowGear implements GearKind {
    record Low(@Doc("Teeth.") int teeth) implements Gear {}

    @Override
    public String name() {
      return "low";
    }

    @Override
    public Class<? extends Record> settings() {
      return Low.class;
    }
  }

  record Root(Gear gear) {}

  private static final String DEFAULTS = "gear { type = low, low { teeth = 12 } }";

  @TempDir Path folder;

  private ConfigFile load(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("my.conf"), text);
    return ConfigFile.load(
        file, Optional.empty(), List.of(), ConfigFile.parse(DEFAULTS, Origins.REFERENCE));
  }

  private String refusal(String text) throws IOException {
    ConfigFile config = load(text);
    return assertThrows(ConfigException.class, () -> config.bind(Root.class)).getMessage();
  }

  @Test
  void aVariantOfSomeoneElseIsChosenByItsName() throws IOException {
    Root root = load("gear { type = worm, worm { pitch = 2.5 } }").bind(Root.class);
    assertEquals(new Root(new example.WormGear.Settings(2.5)), root);
  }

  @Test
  void whatIsWrittenReadsBackAsTheSameVariant() throws IOException {
    Root root = new Root(new example.WormGear.Settings(0.5));
    assertEquals(root, load(SettingsWriter.render(root)).bind(Root.class));
  }

  @Test
  void anUnknownNameGivesTheNearestAndAll() throws IOException {
    String message = refusal("gear.type = wurm");
    assertTrue(
        message.endsWith("gear.type: expected one of low, worm, got \"wurm\"; did you mean worm?"),
        message);
  }

  @Test
  void whatIsWrittenInAVariantThatIsNotChosenMustBeKnown() throws IOException {
    assertTrue(
        refusal("gear.worm.pich = 2").endsWith("gear.worm.pich: unknown key; did you mean pitch?"));
  }

  @Test
  void itsSettingsAreInTheReference() throws IOException {
    String markdown = ConfigReference.markdown(Root.class, load(""));
    assertTrue(markdown.contains("| `type` | one of low, worm | `low` |"), markdown);
    assertTrue(markdown.contains("## `gear.worm`"), markdown);
    assertTrue(
        markdown.contains("| `pitch` | a number | **required** | Of its thread. |"), markdown);
  }

  @Test
  void anErrorOfItsSettingsNamesTheirClass() throws IOException {
    ConfigFile config = load("gear { type = worm, worm { pitch = 0 } }");
    String message =
        assertThrows(ExtensionException.class, () -> config.bind(Root.class)).getMessage();
    assertEquals(
        "gear.worm: the settings example.WormGear$Settings threw"
            + " java.lang.IllegalStateException: no thread",
        message);
  }
}
