package org.maskwright.datasets.annotation;

import java.util.List;
import java.util.stream.Collectors;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.image.LabelRows;
import org.maskwright.files.OutputFile;

/**
 * PNGs of class indices, counted from 0, and the text that names the classes. Up to 255 classes
 * have 8 bits a pixel and 255 where there is none, more have 16 bits and 65535.
 */
public final class ClassMasks {
  private static final int BYTE_NONE = 255;
  private static final int WORD_NONE = 65_535;

  private final Categories categories;
  private final boolean bytes;

  /** Masks of these classes. */
  public ClassMasks(Categories categories) {
    this.categories = categories;
    this.bytes = categories.size() <= BYTE_NONE;
  }

  /** The label of pixels of no class. */
  public int none() {
    return bytes ? BYTE_NONE : WORD_NONE;
  }

  /** Grey values, which every program reads as numbers. */
  public OutputFile.Content grey(LabelRows classes) {
    return bytes ? LabelPng.grey8(classes) : LabelPng.grey16(classes);
  }

  /**
   * Indices into a palette of the classes' colours, to be looked at; black where there is none. 16
   * bits are grey.
   */
  public OutputFile.Content inColours(LabelRows classes) {
    return bytes ? LabelPng.palette(classes, palette()) : LabelPng.grey16(classes);
  }

  private int[] palette() {
    int[] palette = new int[BYTE_NONE + 1];
    for (int i = 0; i < categories.size(); i++) {
      palette[i] = categories.get(i).rgb().orElse(0);
    }
    return palette;
  }

  /** The names, one a line: {@code classes.txt}. */
  public String names() {
    List<String> names = categories.names();
    return names.stream().collect(Collectors.joining("\n", "", "\n"));
  }
}
