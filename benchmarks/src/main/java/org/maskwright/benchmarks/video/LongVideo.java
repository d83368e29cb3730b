package org.maskwright.benchmarks.video;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.maskwright.benchmarks.Measured;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.videofile.VideoCodec;
import org.maskwright.datasets.videofile.VideoFiles;
import org.maskwright.datasets.videofile.VideoFrame;
import org.maskwright.datasets.videofile.VideoWriter;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.VideoWindows;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.run.PredictionWishes;
import org.maskwright.trainer.run.PredictionWishes.Threshold;
import org.maskwright.trainer.video.TrackFormats;
import org.maskwright.trainer.video.VideoPrediction;
import org.maskwright.trainer.video.VideoWishes;

/**
 * Tracks in a film of any length, and resident memory and frames a second on the way.
 *
 * <p>Arguments: model, a new folder, frames, short edge of the input, score from which objects are
 * tracked, overlays (both, frames, video, none), how frames are seen (usual, per-frame, or the
 * frames of a window). The film is 640 x 480 pixels, of twelve shapes that move over a ground that
 * does not; it is written to the folder first.
 */
public final class LongVideo {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;
  private static final int SHAPES = 12;
  private static final double RATE = 25;

  private LongVideo() {}

  /** Prints a line for each mark. */
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path folder = Path.of(args[1]);
    int frames = Integer.parseInt(args[2]);
    Path film = folder.resolve("film.mp4");
    Files.createDirectories(folder);
    write(film, frames);
    PredictionWishes wishes =
        new PredictionWishes(
            Optional.empty(),
            Threshold.of(Double.parseDouble(args[4])),
            Optional.of(Integer.parseInt(args[3])),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            0,
            Optional.empty());
    VideoWishes tracks =
        new VideoWishes(
            List.of(TrackFormats.get("youtube-vis"), TrackFormats.get("mots")),
            VideoWishes.Overlays.valueOf(args[5].toUpperCase(Locale.ROOT)),
            RATE);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
      Marks marks = new Marks(out, frames);
      VideoPrediction.Written written =
          VideoPrediction.of(
                  Prediction.of(Path.of(args[0]), wishes), sight(args[6]), tracks, List.of(film))
              .write(engine, OutputFolder.open(folder.resolve("out")), marks);
      out.println(written.videos());
    }
  }

  private static Prediction.FrameWishes sight(String word) {
    return switch (word) {
      case "usual" -> Prediction.FrameWishes.NONE;
      case "per-frame" -> new Prediction.FrameWishes(Optional.empty(), true);
      default -> {
        int window = Integer.parseInt(word);
        yield new Prediction.FrameWishes(Optional.of(new VideoWindows(window, window / 4)), false);
      }
    };
  }

  private static void write(Path film, int frames) throws IOException {
    VideoCodec codec = VideoFiles.codec().orElseThrow();
    Random random = new Random(7);
    BufferedImage ground = ground(random);
    double[] seeds = random.doubles(6 * SHAPES).toArray();
    try (VideoWriter writer = codec.create(film, new Size(WIDTH, HEIGHT), RATE)) {
      for (int t = 0; t < frames; t++) {
        writer.write(new VideoFrame(frame(ground, seeds, t), t / RATE));
      }
      writer.finish();
    }
  }

  private static BufferedImage ground(Random random) {
    BufferedImage ground = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = ground.createGraphics();
    for (int y = 0; y < HEIGHT; y += 40) {
      for (int x = 0; x < WIDTH; x += 40) {
        g.setColor(new Color(60 + random.nextInt(80), 80 + random.nextInt(80), 60));
        g.fillRect(x, y, 40, 40);
      }
    }
    g.dispose();
    return ground;
  }

  private static RgbImage frame(BufferedImage ground, double[] seeds, int t) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.drawImage(ground, 0, 0, null);
    for (int i = 0; i < SHAPES; i++) {
      double x =
          WIDTH / 2.0 * (1 + Math.sin(6 * seeds[6 * i] + t * (0.01 + 0.03 * seeds[6 * i + 1])));
      double y =
          HEIGHT
              / 2.0
              * (1 + Math.cos(6 * seeds[6 * i + 2] + t * (0.01 + 0.03 * seeds[6 * i + 3])));
      int side = (int) (30 + 60 * seeds[6 * i + 4]);
      g.setColor(Color.getHSBColor((float) seeds[6 * i + 5], 0.9f, 0.9f));
      if (i % 2 == 0) {
        g.fillOval((int) x - side / 2, (int) y - side / 2, side, side);
      } else {
        g.fillRect((int) x - side / 2, (int) y - side / 2, side, side);
      }
    }
    g.dispose();
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    int[] pixels = image.getRGB(0, 0, WIDTH, HEIGHT, null, 0, WIDTH);
    for (int i = 0; i < pixels.length; i++) {
      rgb[3 * i] = (byte) (pixels[i] >> 16);
      rgb[3 * i + 1] = (byte) (pixels[i] >> 8);
      rgb[3 * i + 2] = (byte) pixels[i];
    }
    return new RgbImage(WIDTH, HEIGHT, rgb);
  }

  /** Tells memory and pace at a tenth, a quarter, half and all of the frames. */
  private static final class Marks implements Prediction.Progress {
    private final PrintStream out;
    private final List<Integer> at;
    private int lastFrame;
    private long lastNanos = System.nanoTime();

    Marks(PrintStream out, int frames) {
      this.out = out;
      at = List.of(frames / 20, frames / 10, frames / 4, frames / 2, frames);
    }

    @Override
    public void photograph(int done, int of, Photograph photograph) {
      if (!at.contains(done) || done == lastFrame) {
        return;
      }
      long now = System.nanoTime();
      try {
        out.printf(
            "frame %d: %d MiB resident (%d at most so far), Java heap %d; %.2f frames a second"
                + " since the mark before%n",
            done,
            Measured.residentMiB(),
            Measured.peakMiB(),
            Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory() >> 20,
            1e9 * (done - lastFrame) / (now - lastNanos));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      lastFrame = done;
      lastNanos = System.nanoTime();
    }

    @Override
    public void note(String text) {
      out.println(text);
    }
  }
}
