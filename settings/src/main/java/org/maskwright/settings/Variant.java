package org.maskwright.settings;

/**
 * One of several things that a user chooses by name: a backbone, a loss term, an optimiser. Its
 * settings are a record that implements the interface of its kind, which says how the thing is made
 * ({@link VariantsOf}); a variant itself only names them. Each kind of variant is an interface that
 * extends this one.
 */
public interface Variant extends Named {
  /** What it can be configured with, each component with a {@link Doc}. */
  Class<? extends Record> settings();
}
