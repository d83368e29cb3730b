package org.maskwright.ffmpeg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.videofile.VideoFrame;
import org.maskwright.datasets.videofile.VideoWriter;

/** What is written is read again. */
class FfmpegWriterTest {
  private static final int CLOSE = 16; // of a flat colour that was encoded

  @TempDir private Path temp;

  private static RgbImage flat(int width, int height, int red, int green, int blue) {
    byte[] data = new byte[3 * width * height];
    for (int i = 0; i < data.length; i += 3) {
      data[i] = (byte) red;
      data[i + 1] = (byte) green;
      data[i + 2] = (byte) blue;
    }
    return new RgbImage(width, height, data);
  }

  private Path write(Size size, List<VideoFrame> frames) throws IOException {
    Path file = temp.resolve("film ö.mp4");
    try (VideoWriter writer = new FfmpegCodec().create(file, size, 10)) {
      for (VideoFrame frame : frames) {
        writer.write(frame);
      }
      writer.finish();
    }
    return file;
  }

  private static void assertColour(int expected, int found) {
    for (int shift = 0; shift <= 16; shift += 8) {
      int off = Math.abs((expected >> shift & 0xFF) - (found >> shift & 0xFF));
      assertTrue(off <= CLOSE, "%06x, expected %06x".formatted(found, expected));
    }
  }

  @Test
  void coloursAndUnevenTimesComeBack() throws IOException {
    List<VideoFrame> frames =
        List.of(
            new VideoFrame(flat(64, 48, 200, 40, 40), 0),
            new VideoFrame(flat(64, 48, 40, 180, 60), 0.1),
            new VideoFrame(flat(64, 48, 50, 70, 210), 1.7),
            new VideoFrame(flat(64, 48, 255, 255, 255), 1.75));
    Films.Read read = Films.read(write(new Size(64, 48), frames));
    assertEquals(Optional.empty(), read.damage());
    assertEquals(frames.size(), read.frames().size());
    for (int t = 0; t < frames.size(); t++) {
      assertEquals(frames.get(t).seconds(), read.frames().get(t).seconds(), 1e-4);
      assertColour(frames.get(t).picture().rgb(30, 20), read.frames().get(t).picture().rgb(30, 20));
    }
  }

  @Test
  void oddAndTinySizesAreFilledUpAndOthersScaled() throws IOException {
    List<VideoFrame> odd =
        List.of(
            new VideoFrame(flat(101, 75, 10, 120, 220), 0),
            new VideoFrame(flat(202, 150, 220, 120, 10), 0.1));
    List<VideoFrame> read = Films.read(write(new Size(101, 75), odd)).frames();
    assertEquals(102, read.get(0).picture().width());
    assertEquals(76, read.get(0).picture().height());
    assertColour(0x0A78DC, read.get(0).picture().rgb(101, 75));
    assertColour(0xDC780A, read.get(1).picture().rgb(50, 40));
    List<VideoFrame> tiny = List.of(new VideoFrame(flat(1, 1, 9, 90, 200), 0));
    RgbImage one = Films.read(write(new Size(1, 1), tiny)).frames().get(0).picture();
    assertEquals(16, one.width());
    assertColour(0x095AC8, one.rgb(15, 15));
  }

  /** Browsers play a film while it loads if the index lies before the frames. */
  @Test
  void itIsH264WithTheIndexInFront() throws IOException {
    Path file = write(new Size(32, 32), List.of(new VideoFrame(flat(32, 32, 1, 2, 3), 0)));
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertTrue(bytes.contains("avc1"), "no H.264");
    assertTrue(bytes.indexOf("moov") < bytes.indexOf("mdat"), "index behind the frames");
  }

  @Test
  void whereNothingCanBeWrittenTheReasonIsGiven() {
    Path nowhere = temp.resolve("no/folder/film.mp4");
    IOException e =
        assertThrows(
            IOException.class, () -> new FfmpegCodec().create(nowhere, new Size(32, 32), 25));
    assertTrue(e.getMessage().contains("No such file"), e.getMessage());
  }

  @Test
  void aWriterThatIsLeftGivesBackWhatItHolds() throws IOException {
    Path file = temp.resolve("left.mp4");
    try (VideoWriter writer = new FfmpegCodec().create(file, new Size(32, 32), 25)) {
      writer.write(new VideoFrame(flat(32, 32, 1, 2, 3), 0));
    }
    Files.delete(file);
  }
}
