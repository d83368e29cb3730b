package org.maskwright.settings;

/**
 * Something that a user chooses by its name, found by {@link Registry}.
 *
 * <p>Each kind of such things is an interface that extends this one. Its implementations have a
 * public constructor without arguments and stand in a file {@code META-INF/services/} of that
 * interface's name, one a line: those of Maskwright and those of others alike.
 */
public interface Named {
  /** As configuration files say it: lower-case words joined by hyphens. */
  String name();
}
