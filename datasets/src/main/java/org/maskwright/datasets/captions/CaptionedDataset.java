package org.maskwright.datasets.captions;

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

  /**
   * Reads what is said of a data set's pictures.
   *
   * @throws DatasetException if a file cannot be read, or none of the captions is of one of the
   *     pictures, or none has a word of the list
   */
  public static CaptionedDataset of(Dataset pictures, List<CaptionFile> files, WordFinder finder) {
    Chains chains = new Chains(pictures.size());
    long[] withWords = new long[1];
    CaptionReader read =
        CaptionReader.read(
            pictures,
            files,
            (picture, text) -> {
              int[] found = finder.in(text);
              withWords[0] += found.length > 0 ? 1 : 0;
              for (int word : found) {
                chains.add(picture, word);
              }
            });
    if (chains.count() == 0) {
      throw new DatasetException(
          "captions: none of the %d in %s has one of the %d words %s; check the bank's words and language"
              .formatted(
                  read.captions(),
                  files.stream().map(CaptionFile::path).toList(),
                  finder.words().size(),
                  finder.words().stream().limit(MOST_NAMED).toList()));
    }
    int wordless = 0;
    for (int i = 0; i < pictures.size(); i++) {
      wordless += read.told()[i] && !chains.has(i) ? 1 : 0;
    }
    List<String> notes = new ArrayList<>();
    notes.add(
        "%s: captions: %d, with some of the %d words: %d; pictures with words: %d of %d, with captions that have none: %d, without a caption: %d"
            .formatted(
                pictures.name(),
                read.captions(),
                finder.words().size(),
                withWords[0],
                pictures.size() - read.untold() - wordless,
                pictures.size(),
                wordless,
                read.untold()));
    notes.addAll(read.notes());
    return new CaptionedDataset(pictures, finder, chains, List.copyOf(notes));
  }

  /** The words of picture {@code index}, in the order in which they were said; none of many. */
  public List<Word> words(int index) {
    return Arrays.stream(chains.of(index)).mapToObj(finder.words()::get).toList();
  }

  /** Whether anything that is looked for was said of picture {@code index}. */
  public boolean hasWords(int index) {
    return chains.has(index);
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
