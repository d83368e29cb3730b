package org.maskwright.trainer.video;

import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.datasets.folder.Items;
import org.maskwright.datasets.videofile.VideoFiles;
import org.maskwright.datasets.videofile.VideoFrame;
import org.maskwright.datasets.videofile.VideoReader;
import org.maskwright.trainer.eval.Photographs.Photograph;

/**
 * A video file. Its frames are called 000001, 000002 and so on, as if they had been taken out.
 *
 * @param name of the file, without its ending
 */
record VideoFile(String name, Path place) implements Video {
  static VideoFile of(Path file) {
    return new VideoFile(Items.stem(file.getFileName().toString()), file);
  }

  @Override
  public Optional<String> note() {
    return Optional.empty();
  }

  @Override
  public Frames open() {
    return new Decoded(VideoFiles.open(place));
  }

  private final class Decoded implements Frames {
    private final VideoReader reader;
    private int number;

    Decoded(VideoReader reader) {
      this.reader = reader;
    }

    @Override
    public long expected() {
      return reader.expectedFrames();
    }

    @Override
    public double framesPerSecond() {
      return reader.framesPerSecond();
    }

    @Override
    public Optional<Frame> next() {
      return reader.next().map(this::frame);
    }

    private Frame frame(VideoFrame next) {
      String file = "%06d.png".formatted(++number);
      Photograph photograph = new Photograph(place, name + "/" + file);
      return new Frame(
          photograph, file, next.seconds(), sight -> sight.next(photograph, next.picture()));
    }

    @Override
    public Optional<String> damage() {
      return reader.damage();
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
