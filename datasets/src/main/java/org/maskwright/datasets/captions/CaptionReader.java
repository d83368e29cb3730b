package org.maskwright.datasets.captions;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;

/**
 * Reads which caption is of which picture of a data set, and counts those that are of none.
 *
 * @param captions how many there are
 * @param told which pictures have one
 * @param notes on what is left out, a line each
 */
@SuppressWarnings("ArrayRecordComponent") // read once, by who asked
record CaptionReader(long captions, boolean[] told, List<String> notes) {
  private static final int MOST_NAMED = 3;

  /** Takes a caption of a picture. */
  @FunctionalInterface
  interface Visitor {
    /** What is said of picture {@code index}: something. */
    void caption(int index, String text);
  }

  /** Captions that are left out, and the first of their pictures. */
  private static final class LeftOut {
    private final String what;
    private final List<String> first = new ArrayList<>();
    private long count;

    LeftOut(String what) {
      this.what = what;
    }

    void add(String picture) {
      count++;
      if (first.size() < MOST_NAMED) {
        first.add(picture);
      }
    }

    Stream<String> note(Path file) {
      return count == 0
          ? Stream.empty()
          : Stream.of(
              "%s: captions %s, left out: %d (%s%s)"
                  .formatted(
                      file,
                      what,
                      count,
                      String.join(", ", first),
                      count > first.size() ? ", ..." : ""));
    }
  }

  /**
   * Reads what is said of a data set's pictures.
   *
   * @throws DatasetException if a file cannot be read, or none of the captions is of one of the
   *     pictures
   */
  static CaptionReader read(Dataset pictures, List<CaptionFile> files, Visitor visitor) {
    PictureIndex index = new PictureIndex(pictures);
    boolean[] told = new boolean[pictures.size()];
    List<String> notes = new ArrayList<>();
    long[] captions = new long[2]; // all; of one of the pictures
    for (CaptionFile file : files) {
      LeftOut missing = new LeftOut("of pictures that are not there");
      LeftOut ambiguous = new LeftOut("of a name that several pictures have");
      LeftOut empty = new LeftOut("that say nothing");
      file.read(
          (name, text) -> {
            captions[0]++;
            int picture = index.of(name);
            if (text.isBlank()) {
              empty.add(name);
            } else if (picture < 0) {
              (picture == PictureIndex.UNKNOWN ? missing : ambiguous).add(name);
            } else {
              captions[1]++;
              told[picture] = true;
              visitor.caption(picture, text);
            }
          });
      Stream.of(empty, missing, ambiguous).flatMap(l -> l.note(file.path())).forEach(notes::add);
    }
    if (captions[1] == 0) {
      List<Path> paths = files.stream().map(CaptionFile::path).toList();
      String picture = pictures.size() == 0 ? "" : ", such as " + pictures.info(0).file();
      throw new DatasetException(
          "captions: none of the %d in %s is of one of the %d pictures of %s%s"
              .formatted(captions[0], paths, pictures.size(), pictures.name(), picture));
    }
    return new CaptionReader(captions[0], told, notes);
  }

  /** How many pictures have no caption. */
  int untold() {
    int out = 0;
    for (boolean one : told) {
      out += one ? 0 : 1;
    }
    return out;
  }
}
