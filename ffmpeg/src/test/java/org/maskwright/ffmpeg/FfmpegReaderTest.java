package org.maskwright.ffmpeg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.image.ImageDecoder;
import org.maskwright.datasets.image.Orientation;
import org.maskwright.datasets.videofile.VideoFiles;
import org.maskwright.datasets.videofile.VideoFrame;
import org.maskwright.datasets.videofile.VideoReader;

/** Films of several containers and encodings against what FFmpeg's own command makes of them. */
class FfmpegReaderTest {
  /** Rounding of another release of the decoder and the scaler. */
  private static final int CLOSE = 3;

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain.mp4",
        "turned.mp4",
        "mirrored.mov",
        "variable.mkv",
        "odd.webm",
        "pictures.avi",
        "stream.ts",
        "one.mov"
      })
  void framesAndTheirTimesAreThoseOfTheCommand(String name) throws IOException {
    Films.Read film = Films.read(Films.of(name));
    List<String> times = Files.readAllLines(Films.of(name + ".txt"));
    RgbImage stack = ImageDecoder.read(Films.of(name + ".png"));
    assertEquals(Optional.empty(), film.damage());
    assertEquals(times.size(), film.frames().size());
    int from = 0;
    for (int t = 0; t < times.size(); t++) {
      VideoFrame frame = film.frames().get(t);
      assertEquals(Double.parseDouble(times.get(t)), frame.seconds(), 1e-3, "frame " + t);
      assertEquals(stack.width(), frame.picture().width());
      assertEquals(stack.height(), times.size() * frame.picture().height());
      byte[] rgb = frame.picture().data();
      for (int i = 0; i < rgb.length; i++) {
        int off = Math.abs((rgb[i] & 0xFF) - (stack.data()[from + i] & 0xFF));
        assertTrue(off <= CLOSE, "frame %d, byte %d: off by %d".formatted(t, i, off));
      }
      from += rgb.length;
    }
  }

  @Test
  void whatAFilmSaysOfItself() {
    try (VideoReader reader = VideoFiles.open(Films.of("plain.mp4"))) {
      assertEquals(12, reader.expectedFrames());
      assertEquals(10, reader.framesPerSecond(), 1e-9);
    }
  }

  @Test
  void everyTurnOfADisplayMatrixIsThatOfExif() {
    int[][] matrices = { // a b c d of ISO 14496-12, in the order of EXIF's numbers
      {1, 0, 0, 1}, {-1, 0, 0, 1}, {-1, 0, 0, -1}, {1, 0, 0, -1},
      {0, 1, 1, 0}, {0, 1, -1, 0}, {0, -1, -1, 0}, {0, -1, 1, 0}
    };
    RgbImage raster =
        new RgbImage(2, 3, new byte[] {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5});
    for (int exif = 1; exif <= matrices.length; exif++) {
      int[] m = matrices[exif - 1];
      Orientation turn = DisplayMatrix.orientation(m[0], m[1], m[2], m[3]);
      assertEquals(new Orientation(exif), turn);
      RgbImage turned = turn.turned(raster);
      for (int y = 0; y < 3; y++) {
        for (int x = 0; x < 2; x++) {
          int toX = m[0] * x + m[2] * y;
          int toY = m[1] * x + m[3] * y;
          toX += toX < 0 || (m[0] + m[2] < 0 && toX == 0) ? turned.width() - 1 : 0;
          toY += toY < 0 || (m[1] + m[3] < 0 && toY == 0) ? turned.height() - 1 : 0;
          assertEquals(raster.rgb(x, y), turned.rgb(toX, toY), "exif " + exif);
        }
      }
    }
  }

  /** What is there is given, and what is not is told, but of a stream that promises nothing. */
  @ParameterizedTest
  @CsvSource({
    "plain.mp4,0.8",
    "variable.mkv,0.7",
    "odd.webm,0.7",
    "pictures.avi,0.6",
    "stream.ts,0.603"
  })
  void ofAFilmThatIsCutOffTheFramesThatAreThereAreRead(String name, double share)
      throws IOException {
    byte[] whole = Files.readAllBytes(Films.of(name));
    Path cut = temp.resolve(name);
    Files.write(cut, Arrays.copyOf(whole, (int) (share * whole.length)));
    int all = Files.readAllLines(Films.of(name + ".txt")).size();
    Films.Read film = Films.read(cut);
    assertTrue(!film.frames().isEmpty() && film.frames().size() < all, film.frames().size() + "");
    String expected = "it is cut off behind frame " + film.frames().size();
    assertEquals(!name.endsWith(".ts"), film.damage().orElse("").startsWith(expected));
  }

  @Test
  void aFilmWhoseMiddleIsOverwrittenGoesOnAndSaysSo() throws IOException {
    byte[] bytes = Files.readAllBytes(Films.of("pictures.avi"));
    int picture = 0;
    for (int found = 0; found < 6; picture++) {
      found += bytes[picture] == (byte) 0xFF && bytes[picture + 1] == (byte) 0xD8 ? 1 : 0;
    }
    Arrays.fill(bytes, picture - 1, picture + 199, (byte) 0); // the sixth JPEG's head
    Path broken = Files.write(temp.resolve("broken.avi"), bytes);
    Films.Read film = Films.read(broken);
    assertEquals(11, film.frames().size());
    assertTrue(film.damage().isPresent(), "nothing said");
  }

  @Test
  void whatIsNoVideoIsRefusedByName() throws IOException {
    byte[] late = Files.readAllBytes(Films.of("mirrored.mov"));
    refused("late.mov", Arrays.copyOf(late, late.length / 3), "cannot be read as a video");
    refused("cut.mov", Arrays.copyOf(late, late.length * 2 / 3), "cannot be read as a video");
    refused("empty.mp4", new byte[0], "cannot be read as a video");
    refused(
        "text.mp4",
        "no video at all\n".repeat(99).getBytes(StandardCharsets.UTF_8),
        "cannot be read as a video");
    String list = "#EXTM3U\n#EXTINF:1,\n" + Films.of("plain.mp4") + "\n#EXT-X-ENDLIST\n";
    refused("list.m3u8", list.getBytes(StandardCharsets.UTF_8), "cannot be read as a video");
    refused("sound.mp4", Files.readAllBytes(Films.of("sound.mp4")), "has no pictures");
    DatasetException none =
        assertThrows(DatasetException.class, () -> VideoFiles.open(temp.resolve("none.mp4")));
    assertTrue(none.getMessage().endsWith("none.mp4: no such file"), none.getMessage());
    assertThrows(DatasetException.class, () -> VideoFiles.open(temp));
  }

  private void refused(String name, byte[] content, String why) throws IOException {
    Path file = Files.write(temp.resolve(name), content);
    DatasetException e = assertThrows(DatasetException.class, () -> VideoFiles.open(file).close());
    assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }
}
