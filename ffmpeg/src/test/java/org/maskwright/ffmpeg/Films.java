package org.maskwright.ffmpeg;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.videofile.VideoFrame;
import org.maskwright.datasets.videofile.VideoReader;

/** The small films beside make_films.py, which made them. */
final class Films {
  private Films() {}

  static Path of(String name) {
    try {
      return Path.of(Films.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(name, e);
    }
  }

  /** What could be read of a film. */
  record Read(List<VideoFrame> frames, Optional<String> damage) {}

  static Read read(Path file) {
    List<VideoFrame> frames = new ArrayList<>();
    try (VideoReader reader = new FfmpegCodec().open(file)) {
      for (Optional<VideoFrame> f = reader.next(); f.isPresent(); f = reader.next()) {
        frames.add(f.get());
      }
      return new Read(frames, reader.damage());
    }
  }
}
