package example;

import org.maskwright.settings.RegistryTest;

/** A variant of someone else. */
public final class Ape implements RegistryTest.AnimalKind {
  /** Nothing to set. */
  public record Settings() {}

  @Override
  public String name() {
    return "ape";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
