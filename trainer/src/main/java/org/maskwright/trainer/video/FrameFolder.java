package org.maskwright.trainer.video;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.video.FrameFolders;
import org.maskwright.trainer.eval.Photographs.Photograph;

/**
 * A folder of frames.
 *
 * @param name of the folder
 * @param files in order, of distinct names
 * @param framesPerSecond that its overlay video is to have
 */
record FrameFolder(String name, Path place, List<Path> files, double framesPerSecond)
    implements Video {
  /**
   * Lists it.
   *
   * @throws DatasetException if it has no frame, or two have one name but for the ending
   */
  static FrameFolder of(Path folder, double framesPerSecond) {
    List<Path> files = FrameFolders.photographs(folder);
    Set<String> names = new HashSet<>();
    for (Path file : files) {
      if (!names.add(Items.stem(file.getFileName().toString()))) {
        throw DatasetException.ofFile(
            file, "a second frame of this name; their results would have one name");
      }
    }
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    return new FrameFolder(name, folder, files, framesPerSecond);
  }

  @Override
  public Optional<String> note() {
    List<String> names = files.stream().map(file -> file.getFileName().toString()).toList();
    return FrameFolders.gap(names)
        .map(gap -> gap + ": the frames that are there count as one after the other");
  }

  @Override
  public Frames open() {
    return new Files();
  }

  private final class Files implements Frames {
    private final Iterator<Path> left = files.iterator();
    private int number;

    @Override
    public long expected() {
      return files.size();
    }

    @Override
    public double framesPerSecond() {
      return framesPerSecond;
    }

    @Override
    public Optional<Frame> next() {
      if (!left.hasNext()) {
        return Optional.empty();
      }
      Path path = left.next();
      String file = path.getFileName().toString();
      Photograph photograph = new Photograph(path, name + "/" + file);
      double seconds = number++ / framesPerSecond;
      return Optional.of(new Frame(photograph, file, seconds, sight -> sight.next(photograph)));
    }

    @Override
    public Optional<String> damage() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
