package org.maskwright.trainer.video;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.video.FrameFolders;
import org.maskwright.datasets.videofile.VideoFiles;
import org.maskwright.trainer.output.OutputFolder;

/** Finds videos: files, folders of frames, and folders of both. */
final class Videos {
  private Videos() {}

  /**
   * The videos, in the order of the arguments and of names.
   *
   * @param framesPerSecond of folders of frames
   * @throws DatasetException if a folder has none, or two have one name
   */
  static List<Video> find(List<Path> places, double framesPerSecond) {
    List<Video> videos = new ArrayList<>();
    for (Path place : places) {
      if (Files.isDirectory(place)) {
        videos.addAll(inside(place, framesPerSecond));
      } else {
        videos.add(file(place));
      }
    }
    Map<String, Path> named = new HashMap<>();
    for (Video video : videos) {
      Path before = named.putIfAbsent(video.name(), video.place());
      if (before != null) {
        throw DatasetException.ofFile(
            video.place(),
            "has the name of %s; their results would have one name: rename one".formatted(before));
      }
    }
    return videos;
  }

  private static Video file(Path file) {
    String name = file.getFileName().toString();
    if (Items.isPhotograph(name)) {
      throw DatasetException.ofFile(
          file,
          "is a photograph, expected a video file or a folder of frames; of photographs leave --video out");
    }
    return VideoFile.of(file);
  }

  private static List<Video> inside(Path folder, double framesPerSecond) {
    List<Path> inside = new ArrayList<>(FrameFolders.videos(folder));
    inside.removeIf(OutputFolder::isOne);
    boolean own = FrameFolders.hasPhotographs(folder);
    if (own && !inside.isEmpty()) {
      throw DatasetException.ofFile(
          folder,
          "frames and videos (%s, ...) in one folder: expected the frames of one video, or a folder or a file for each"
              .formatted(inside.get(0).getFileName()));
    }
    if (own || inside.isEmpty()) {
      return List.of(FrameFolder.of(folder, framesPerSecond));
    }
    List<Video> videos = new ArrayList<>();
    for (Path video : inside) {
      videos.add(
          VideoFiles.isNamed(video.getFileName().toString()) && Files.isRegularFile(video)
              ? VideoFile.of(video)
              : FrameFolder.of(video, framesPerSecond));
    }
    return videos;
  }
}
