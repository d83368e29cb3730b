package org.maskwright.datasets.tiles;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.image.ImageWindows;

/**
 * The photographs of a data set, opened when a window of them is read; the last used stay open.
 *
 * <p><b>Threads</b> any; a photograph serves one at a time.
 *
 * <p><b>Memory</b> decoded photographs of {@link #MOST_BYTES} and what is being read
 */
final class OpenPictures {
  private static final long MOST_BYTES = 1L << 28;
  private static final int MOST_FILES = 64;

  private final Dataset dataset;
  private final Picture[] pictures;
  private final Set<Picture> recent = new LinkedHashSet<>(); // guarded by itself

  OpenPictures(Dataset dataset) {
    this.dataset = dataset;
    this.pictures = new Picture[dataset.size()];
    for (int i = 0; i < pictures.length; i++) {
      pictures[i] = new Picture(i);
    }
  }

  /** A photograph, perhaps open. */
  private final class Picture {
    private final int index;
    private ImageWindows windows; // null while it is closed
    private volatile long heldBytes;

    Picture(int index) {
      this.index = index;
    }

    synchronized Photograph read(Window window, Size expected) {
      if (windows == null) {
        windows = ImageWindows.open(dataset, index);
        heldBytes = windows.heldBytes();
      }
      if (!windows.size().equals(expected)) {
        throw DatasetException.ofFile(
                dataset.info(index).file(),
                "image: expected %s pixels, as the annotation says, got %s"
                    .formatted(expected, windows.size()))
            .forImage(dataset.info(index).imageId());
      }
      return windows.read(window);
    }

    synchronized void close() {
      if (windows != null) {
        windows.close();
        windows = null;
      }
    }
  }

  /**
   * Reads a window.
   *
   * @param picture the size that the photograph must have
   */
  Photograph read(int index, Window window, Size picture) {
    Photograph read = pictures[index].read(window, picture);
    overdue(pictures[index]).forEach(Picture::close);
    return read;
  }

  /** What is to be closed now that a photograph was used. */
  private List<Picture> overdue(Picture used) {
    List<Picture> out = new ArrayList<>();
    synchronized (recent) {
      recent.remove(used);
      recent.add(used);
      long bytes = recent.stream().mapToLong(picture -> picture.heldBytes).sum();
      Iterator<Picture> oldest = recent.iterator();
      while (recent.size() > 1 && (bytes > MOST_BYTES || recent.size() > MOST_FILES)) {
        Picture picture = oldest.next();
        oldest.remove();
        bytes -= picture.heldBytes;
        out.add(picture);
      }
    }
    return out;
  }
}
