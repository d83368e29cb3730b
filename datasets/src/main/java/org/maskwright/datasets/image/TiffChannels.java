package org.maskwright.datasets.image;

import java.nio.file.Path;
import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.tiff.TiffFile;

/** Windows of a TIFF of many channels or bits, which reads the strips or tiles that they touch. */
final class TiffChannels implements ImageWindows {
  private static final long HELD_BYTES = 1 << 20;

  private final TiffFile tiff;
  private final Path file;
  private final int[] channels;

  private TiffChannels(TiffFile tiff, Path file, int[] channels) {
    this.tiff = tiff;
    this.file = file;
    this.channels = channels;
  }

  /** Takes a file over: one that fits into memory is read whole, and closed. */
  static ImageWindows open(TiffFile tiff, Path file, Channels channels) {
    boolean kept = false;
    try {
      TiffChannels windows = new TiffChannels(tiff, file, channels.of(tiff.format()));
      Size size = tiff.size();
      long values = (long) size.width() * size.height() * windows.channels.length;
      kept = values > WHOLE_VALUES;
      return kept ? windows : ImageWindows.of(windows.read(Window.of(size)));
    } finally {
      if (!kept) {
        tiff.close();
      }
    }
  }

  @Override
  public Size size() {
    return tiff.size();
  }

  @Override
  public ChannelImage read(Window window) {
    try {
      return tiff.read(window, channels);
    } catch (DatasetException e) {
      throw e.inFile(file);
    }
  }

  @Override
  public long heldBytes() {
    return HELD_BYTES;
  }

  @Override
  public void close() {
    tiff.close();
  }
}
