package org.maskwright.datasets.captions;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ForwardingDataset;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Word;

/**
 * A data set whose pictures have those words of a list that stand in their captions: those of all
 * captions of a picture together, each once.
 *
 * <p><b>Memory</b> 12 bytes a picture and 8 for each of its words, whatever the captions' length.
 */
public final class CaptionedDataset extends ForwardingDataset {
  private static final int MOST_NAMED = 3;

  private final WordFinder finder;
  private final Chains chains;
  private final List<String> notes;

  private CaptionedDataset(Dataset whole, WordFinder finder, Chains chains, List<String> notes) {
    super(whole);
    this.finder = finder;
    this.chains = chains;
    this.notes = notes;
  }

  /** Words of each picture: the latest first, each with the place of the one before it. */
  private static final class Chains {
    private final int[] latest; // of a picture, -1 if it has none
    private int[] words = new int[64];
    private int[] before = new int[64];
    private int count;

    Chains(int pictures) {
      latest = new int[pictures];
      Arrays.fill(latest, -1);
    }

    void add(int picture, int word) {
      for (int at = latest[picture]; at >= 0; at = before[at]) {
        if (words[at] == word) {
          return;
        }
      }
      if (count == words.length) {
        int more = Math.addExact(count, count / 2);
        words = Arrays.copyOf(words, more);
        before = Arrays.copyOf(before, more);
      }
      words[count] = word;
      before[count] = latest[picture];
      latest[picture] = count++;
    }

    int[] of(int picture) {
      int n = 0;
      for (int at = latest[picture]; at >= 0; at = before[at]) {
        n++;
      }
      int[] out = new int[n];
      for (int at = latest[picture]; at >= 0; at = before[at]) {
        out[--n] = words[at];
      }
      return out;
    }
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
   *     pictures, or none has a word of the list
   */
  public static CaptionedDataset of(Dataset pictures, List<CaptionFile> files, WordFinder finder) {
    PictureIndex index = new PictureIndex(pictures);
    Chains chains = new Chains(pictures.size());
    boolean[] told = new boolean[pictures.size()];
    List<String> notes = new ArrayList<>();
    long[] captions = new long[3]; // all; with words; that say nothing
    for (CaptionFile file : files) {
      LeftOut missing = new LeftOut("of pictures that are not there");
      LeftOut ambiguous = new LeftOut("of a name that several pictures have");
      LeftOut empty = new LeftOut("that say nothing");
      file.read(
          (name, text) -> {
            captions[0]++;
            int picture = index.of(name);
            if (text.isBlank()) {
              captions[2]++;
              empty.add(name);
            } else if (picture < 0) {
              (picture == PictureIndex.UNKNOWN ? missing : ambiguous).add(name);
            } else {
              told[picture] = true;
              int[] found = finder.in(text);
              captions[1] += found.length > 0 ? 1 : 0;
              for (int word : found) {
                chains.add(picture, word);
              }
            }
          });
      Stream.of(empty, missing, ambiguous).flatMap(l -> l.note(file.path())).forEach(notes::add);
    }
    if (captions[0] > 0 && captions[2] == captions[0]) {
      throw new DatasetException(
          "captions: expected some, got %d in %s that say nothing"
              .formatted(captions[0], files.stream().map(CaptionFile::path).toList()));
    }
    requireWords(pictures, files, finder, told, captions[0], chains);
    int untold = 0;
    int wordless = 0;
    for (int i = 0; i < told.length; i++) {
      untold += told[i] ? 0 : 1;
      wordless += told[i] && chains.latest[i] < 0 ? 1 : 0;
    }
    notes.add(
        0,
        "%s: captions: %d, with some of the %d words: %d; pictures with words: %d of %d, with captions that have none: %d, without a caption: %d"
            .formatted(
                pictures.name(),
                captions[0],
                finder.words().size(),
                captions[1],
                told.length - untold - wordless,
                told.length,
                wordless,
                untold));
    return new CaptionedDataset(pictures, finder, chains, List.copyOf(notes));
  }

  private static void requireWords(
      Dataset pictures,
      List<CaptionFile> files,
      WordFinder finder,
      boolean[] told,
      long captions,
      Chains chains) {
    boolean any = false;
    for (boolean one : told) {
      any |= one;
    }
    List<Path> paths = files.stream().map(CaptionFile::path).toList();
    if (!any) {
      String picture = pictures.size() == 0 ? "" : ", such as " + pictures.info(0).file();
      throw new DatasetException(
          "captions: none of the %d in %s is of one of the %d pictures of %s%s"
              .formatted(captions, paths, pictures.size(), pictures.name(), picture));
    }
    if (chains.count == 0) {
      throw new DatasetException(
          "captions: none of the %d in %s has one of the %d words %s; check the bank's words and language"
              .formatted(
                  captions,
                  paths,
                  finder.words().size(),
                  finder.words().stream().limit(MOST_NAMED).toList()));
    }
  }

  /** The words of picture {@code index}, in the order in which they were said; none of many. */
  public List<Word> words(int index) {
    return Arrays.stream(chains.of(index)).mapToObj(finder.words()::get).toList();
  }

  /** Whether anything that is looked for was said of picture {@code index}. */
  public boolean hasWords(int index) {
    return chains.latest[index] >= 0;
  }

  @Override
  public Sample load(int index) {
    return super.load(index).withWords(words(index));
  }

  @Override
  public List<String> notes() {
    return Stream.concat(notes.stream(), super.notes().stream()).toList();
  }
}
