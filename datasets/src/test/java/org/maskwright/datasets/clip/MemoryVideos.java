package org.maskwright.datasets.clip;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.mask.Rle;

/** Videos in memory: each track is a box, in the picture as in the annotation. */
final class MemoryVideos implements Dataset {
  /** A box in a frame, in colour {@code grey} on black. */
  record Box(long track, int category, boolean crowd, int x, int y, int side, int grey) {
    Box(long track, int category, int x, int y, int side) {
      this(track, category, false, x, y, side, 255);
    }
  }

  private record Frame(String video, Size size, List<Box> boxes) {}

  private final List<Frame> frames = new ArrayList<>();
  private final Categories categories = Categories.things("cat", "dog");

  /** Adds a frame to a video, which is begun where the last one is another. */
  MemoryVideos frame(String video, Size size, Box... boxes) {
    frames.add(new Frame(video, size, List.of(boxes)));
    return this;
  }

  @Override
  public String name() {
    return "memory videos";
  }

  @Override
  public int size() {
    return frames.size();
  }

  @Override
  public Categories categories() {
    return categories;
  }

  @Override
  public Set<Task> tasks() {
    return Set.of(Task.INSTANCE, Task.SEMANTIC);
  }

  @Override
  public Optional<String> video(int index) {
    return Optional.of(frames.get(index).video());
  }

  @Override
  public SampleInfo info(int index) {
    return new SampleInfo(ImageId.of(index), Path.of("memory", index + ".png"), 0, 0);
  }

  @Override
  public List<Segment> segments(int index) {
    Size size = frames.get(index).size();
    List<Segment> segments = new ArrayList<>();
    for (Box box : frames.get(index).boxes()) {
      byte[] bits = new byte[size.width() * size.height()];
      for (int p = 0; p < bits.length; p++) {
        bits[p] = (byte) (inside(box, p, size) ? 1 : 0);
      }
      segments.add(
          new Segment(
              box.category(),
              box.crowd(),
              box.track(),
              new SegmentMask.Runs(Rle.ofBitmap(bits, size.height(), size.width()))));
    }
    return segments;
  }

  private static boolean inside(Box box, int p, Size size) {
    int x = p % size.width() - box.x();
    int y = p / size.width() - box.y();
    return x >= 0 && y >= 0 && x < box.side() && y < box.side();
  }

  @Override
  public Photograph image(int index) {
    Size size = frames.get(index).size();
    byte[] rgb = new byte[3 * size.width() * size.height()];
    for (Box box : frames.get(index).boxes()) {
      for (int p = 0; p < size.width() * size.height(); p++) {
        if (inside(box, p, size)) {
          for (int c = 0; c < 3; c++) {
            rgb[3 * p + c] = (byte) box.grey();
          }
        }
      }
    }
    return new RgbImage(size.width(), size.height(), rgb);
  }
}
