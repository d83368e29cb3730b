package org.maskwright.datasets.json;

/**
 * Receives an instances file entry by entry, in file order: annotations may come before their
 * images.
 */
public interface CocoVisitor {
  void image(CocoImage image);

  void category(CocoCategory category);

  void annotation(CocoAnnotation annotation);
}
