package org.maskwright.datasets.image;

import java.nio.file.Path;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Reads label PNGs one after another into the same memory. Differs from {@link LabelPng#read(Path)}
 * in that a map is valid only until the next one is read, which saves clearing and filling a
 * megabyte of fresh memory for each.
 *
 * <p><b>Threads</b> one reader a thread.
 */
public final class LabelReader {
  private final PngBuffers buffers = new PngBuffers();

  /**
   * Reads a label PNG.
   *
   * @throws DatasetException as {@link LabelPng#read(Path)}
   */
  public LabelMap read(Path file) {
    return LabelPng.read(file, buffers);
  }

  /**
   * Reads a label PNG of indices.
   *
   * @throws DatasetException as {@link LabelPng#readIndices(Path)}
   */
  public LabelMap readIndices(Path file) {
    return LabelPng.readIndices(file, buffers);
  }

  /**
   * Reads a label PNG that must have the given size.
   *
   * @throws DatasetException as {@link LabelPng#read(Path, int, int)}
   */
  public LabelMap read(Path file, int height, int width) {
    return LabelPng.read(file, height, width, buffers);
  }
}
