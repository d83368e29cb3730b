package org.maskwright.datasets.videofile;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.Items;
import org.maskwright.settings.Registry;

/** Video files by their endings, and what reads and writes them. */
public final class VideoFiles {
  /** Of files that are taken for videos where they lie in a folder, in small letters. */
  public static final List<String> ENDINGS =
      List.of(
          "mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "ts", "mts", "m2ts", "wmv",
          "flv", "3gp", "ogv", "mxf");

  /** What to add where nothing reads video files. */
  public static final String ARTIFACT = "org.maskwright:maskwright-ffmpeg";

  private VideoFiles() {}

  /** Whether a name has the ending of a video. */
  public static boolean isNamed(String file) {
    return ENDINGS.contains(Items.ending(file));
  }

  /**
   * What reads and writes video files, if there is something.
   *
   * @throws org.maskwright.settings.ExtensionException if one cannot be used; see {@link
   *     Registry#of}
   */
  public static Optional<VideoCodec> codec() {
    return Registry.of(VideoCodec.class).variants().stream().findFirst();
  }

  /**
   * Opens a file.
   *
   * @return to be closed by the caller
   * @throws DatasetException if it is missing or no video, or nothing reads video files
   */
  public static VideoReader open(Path file) {
    if (!Files.exists(file)) {
      throw DatasetException.ofFile(file, "no such file");
    }
    return codec()
        .orElseThrow(
            () ->
                DatasetException.ofFile(
                    file,
                    "nothing here reads video files: put %s on the class path, or take the frames out first, such as by ffmpeg -i VIDEO frames/%%06d.jpg"
                        .formatted(ARTIFACT)))
        .open(file);
  }
}
