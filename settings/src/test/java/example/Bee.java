package example;

import org.maskwright.settings.RegistryTest;

/** A variant of someone else. */
public final class Bee implements RegistryTest.AnimalKind {
  /** Nothing to set. */
  public record Settings() {}

  @Override
  public String name() {
    return "bee";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
