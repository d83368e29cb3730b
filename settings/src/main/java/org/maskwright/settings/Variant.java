package org.maskwright.settings;

/**
 * One of several things that a user chooses by name: a backbone, a loss term, an optimiser. Its
 * settings are a record that implements the interface of its kind, which says how the thing is made
 * ({@link VariantsOf}); a variant itself only names them.
 *
 * <p>Each kind of variant is an interface that extends this one. Its implementations have a public
 * constructor without arguments and stand in a file {@code META-INF/services/} of that interface's
 * name, one a line, where {@link Registry} finds them: those of Maskwright and those of others
 * alike.
 */
public interface Variant {
  /** As configuration files say it: lower-case words joined by hyphens. */
  String name();

  /** What it can be configured with, each component with a {@link Doc}. */
  Class<? extends Record> settings();
}
