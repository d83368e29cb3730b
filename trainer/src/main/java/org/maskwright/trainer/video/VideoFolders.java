package org.maskwright.trainer.video;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.video.FrameFolders;
import org.maskwright.trainer.output.OutputFolder;

/** Finds the videos of a folder: its own frames, or a video in each folder in it. */
final class VideoFolders {
  private VideoFolders() {}

  /**
   * A video.
   *
   * @param name of its folder
   * @param frames in order, of distinct names
   */
  record Video(String name, List<Path> frames) {
    Video {
      frames = List.copyOf(frames);
    }
  }

  /**
   * The videos, in the order of their names.
   *
   * @throws DatasetException if there is none, or two frames have one name but for the ending
   */
  static List<Video> find(Path folder) {
    if (Files.isRegularFile(folder)) {
      throw DatasetException.ofFile(
          folder,
          "expected a folder of frames; take the frames out of a video file first, such as by ffmpeg -i VIDEO frames/%06d.jpg");
    }
    List<String> inside =
        FrameFolders.names(folder).stream()
            .filter(name -> !OutputFolder.isOne(folder.resolve(name)))
            .toList();
    boolean own = FrameFolders.hasPhotographs(folder);
    if (own && !inside.isEmpty()) {
      throw DatasetException.ofFile(
          folder,
          "frames and folders (%s, ...) in one folder: expected the frames of one video, or a folder for each"
              .formatted(inside.get(0)));
    }
    List<Video> videos = new ArrayList<>();
    if (own || inside.isEmpty()) {
      videos.add(video(folder));
    } else {
      inside.forEach(name -> videos.add(video(folder.resolve(name))));
    }
    return videos;
  }

  private static Video video(Path folder) {
    List<Path> frames = FrameFolders.photographs(folder);
    Set<String> names = new HashSet<>();
    for (Path frame : frames) {
      if (!names.add(Items.stem(frame.getFileName().toString()))) {
        throw DatasetException.ofFile(
            frame, "a second frame of this name; their results would have one name");
      }
    }
    return new Video(folder.toAbsolutePath().normalize().getFileName().toString(), frames);
  }
}
