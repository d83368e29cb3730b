package org.maskwright.datasets.captions;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ForwardingDataset;

/**
 * A data set with the sentences that are said of its pictures.
 *
 * <p><b>Memory</b> the captions in UTF-8, 20 bytes for each of them and 4 for each picture.
 */
public final class ToldDataset extends ForwardingDataset {
  private final Texts texts;
  private final Chains chains;
  private final List<String> notes;

  private ToldDataset(Dataset whole, Texts texts, Chains chains, List<String> notes) {
    super(whole);
    this.texts = texts;
    this.chains = chains;
    this.notes = notes;
  }

  /** Texts one after the other in blocks of bytes. */
  private static final class Texts {
    private static final int BLOCK = 1 << 20;
    private final List<byte[]> blocks = new ArrayList<>();
    private int[] blockOf = new int[64];
    private int[] from = new int[64];
    private int[] length = new int[64];
    private int count;
    private int used = BLOCK;

    int add(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      if (blocks.isEmpty() || used + bytes.length > blocks.get(blocks.size() - 1).length) {
        blocks.add(new byte[Math.max(BLOCK, bytes.length)]);
        used = 0;
      }
      if (count == from.length) {
        int more = Math.addExact(count, count / 2);
        blockOf = Arrays.copyOf(blockOf, more);
        from = Arrays.copyOf(from, more);
        length = Arrays.copyOf(length, more);
      }
      System.arraycopy(bytes, 0, blocks.get(blocks.size() - 1), used, bytes.length);
      blockOf[count] = blocks.size() - 1;
      from[count] = used;
      length[count] = bytes.length;
      used += bytes.length;
      return count++;
    }

    String get(int number) {
      return new String(
          blocks.get(blockOf[number]), from[number], length[number], StandardCharsets.UTF_8);
    }
  }

  /**
   * Reads what is said of a data set's pictures; what is said before and behind a sentence as white
   * space is left out.
   *
   * @throws DatasetException if a file cannot be read, or none of the captions is of one of the
   *     pictures
   */
  public static ToldDataset of(Dataset pictures, List<CaptionFile> files) {
    Texts texts = new Texts();
    Chains chains = new Chains(pictures.size());
    CaptionReader read =
        CaptionReader.read(
            pictures,
            files,
            (picture, text) -> chains.add(picture, texts.add(text.strip())));
    List<String> notes = new ArrayList<>();
    notes.add(
        "%s: captions: %d; pictures with captions: %d of %d"
            .formatted(
                pictures.name(),
                read.captions(),
                pictures.size() - read.untold(),
                pictures.size()));
    notes.addAll(read.notes());
    return new ToldDataset(pictures, texts, chains, List.copyOf(notes));
  }

  @Override
  public List<String> captions(int index) {
    return Arrays.stream(chains.of(index)).mapToObj(texts::get).toList();
  }

  @Override
  public List<String> notes() {
    return Stream.concat(notes.stream(), super.notes().stream()).toList();
  }
}
