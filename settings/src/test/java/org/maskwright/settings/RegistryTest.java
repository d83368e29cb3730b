package org.maskwright.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

public class RegistryTest {
  interface Shape {
    String draw();
  }

  interface ShapeKind extends Variant {}

  record Ball() implements Shape {
    @Override
    public String draw() {
      return "ball";
    }
  }

  record Cone() implements Shape {
    @Override
    public String draw() {
      return null;
    }
  }

  private record Named(String name, Class<? extends Record> settings) implements ShapeKind {}

  private record Other(String name, Class<? extends Record> settings) implements ShapeKind {}

  private static String refusal(ShapeKind... variants) {
    return assertThrows(
            ExtensionException.class, () -> new Registry<>(ShapeKind.class, List.of(variants)))
        .getMessage();
  }

  @Test
  void twoVariantsOfOneNameAreRefusedWithBothClasses() {
    String message = refusal(new Named("ball", Ball.class), new Other("ball", Cone.class));
    assertTrue(message.contains(Named.class.getName()), message);
    assertTrue(message.contains(Other.class.getName()), message);
    assertTrue(message.contains("the name ball"), message);
  }

  @Test
  void twoVariantsOfOneSettingsRecordAreRefusedWithBothClasses() {
    String message = refusal(new Named("ball", Ball.class), new Other("sphere", Ball.class));
    assertTrue(message.contains(Named.class.getName()), message);
    assertTrue(message.contains(Other.class.getName()), message);
    assertTrue(message.contains(Ball.class.getName()), message);
  }

  @Test
  void aNameThatNoFileCouldSayIsRefused() {
    assertTrue(refusal(new Named("Ball", Ball.class)).contains("got Ball"));
    assertTrue(refusal(new Named("type", Ball.class)).contains("got type"));
    assertTrue(refusal(new Named(null, Ball.class)).contains("got null"));
  }

  @Test
  void aVariantWithoutSettingsIsRefused() {
    assertTrue(refusal(new Named("ball", null)).contains(Named.class.getName()));
  }

  @Test
  void anUnknownNameGivesTheNearestAndAll() {
    var registry =
        new Registry<ShapeKind>(
            ShapeKind.class, List.of(new Named("ball", Ball.class), new Named("cone", Cone.class)));
    assertEquals(
        "expected one of ball, cone, got bal; did you mean ball?",
        assertThrows(IllegalArgumentException.class, () -> registry.get("bal")).getMessage());
    assertEquals("cone", registry.of(new Cone()).name());
    assertEquals(List.of("ball", "cone"), registry.names());
  }

  @Test
  void settingsThatNoVariantNamesAreRefused() {
    var registry = new Registry<ShapeKind>(ShapeKind.class, List.of(new Named("ball", Ball.class)));
    String message =
        assertThrows(ExtensionException.class, () -> registry.of(new Cone())).getMessage();
    assertTrue(message.contains(Cone.class.getName()), message);
  }

  @Test
  void aBuilderThatGivesNothingIsNamed() {
    var registry =
        new Registry<ShapeKind>(
            ShapeKind.class, List.of(new Named("ball", Ball.class), new Named("cone", Cone.class)));
    Ball ball = new Ball();
    assertSame("ball", registry.make(ball, ball::draw));
    Cone cone = new Cone();
    String message =
        assertThrows(ExtensionException.class, () -> registry.make(cone, cone::draw)).getMessage();
    assertTrue(message.contains("ShapeKind cone (" + Named.class.getName() + ")"), message);
  }

  @Test
  void loadedVariantsAreOursAsListedThenOthersByName() {
    assertEquals(List.of("zebra", "yak", "ape", "bee"), Registry.of(AnimalKind.class).names());
  }

  @Test
  void anErrorOfSomeoneElsesBuilderNamesTheirClass() {
    var registry = Registry.of(AnimalKind.class);
    var ape = new example.Ape.Settings();
    String message =
        assertThrows(
                ExtensionException.class,
                () ->
                    registry.make(
                        ape,
                        () -> {
                          throw new IllegalStateException("no banana");
                        }))
            .getMessage();
    assertEquals(
        "AnimalKind ape (example.Ape) threw java.lang.IllegalStateException: no banana", message);
  }

  /** A kind with variants in two packages. */
  public interface AnimalKind extends Variant {}

  /** Listed first. */
  public static final class Zebra implements AnimalKind {
    record Stripes() {}

    @Override
    public String name() {
      return "zebra";
    }

    @Override
    public Class<? extends Record> settings() {
      return Stripes.class;
    }
  }

  /** Listed last. */
  public static final class Yak implements AnimalKind {
    record Horns() {}

    @Override
    public String name() {
      return "yak";
    }

    @Override
    public Class<? extends Record> settings() {
      return Horns.class;
    }
  }
}
