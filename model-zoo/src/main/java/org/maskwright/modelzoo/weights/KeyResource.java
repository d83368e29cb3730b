package org.maskwright.modelzoo.weights;

/**
 * A key table, or lines of one, beside a class.
 *
 * @param owner whose package's resource it is
 * @param name of the file
 */
public record KeyResource(Class<?> owner, String name) {
  /** The file of that name beside a class. */
  public static KeyResource of(Class<?> owner, String name) {
    return new KeyResource(owner, name);
  }
}
