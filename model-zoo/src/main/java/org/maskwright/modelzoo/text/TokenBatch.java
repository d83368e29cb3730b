package org.maskwright.modelzoo.text;

import java.util.Arrays;
import java.util.List;

/**
 * Texts as numbers of tokens, filled up with 0 to the length of the longest.
 *
 * <p>Immutable.
 */
public final class TokenBatch {
  private final long[] ids;
  private final int length;
  private final long[] ends;

  /**
   * Of sequences.
   *
   * @param sequences B of them, at least one, none empty
   * @param ends where in each the token is whose state stands for the text
   * @throws IllegalArgumentException if there is none, one is empty, or an end is outside its own
   */
  public TokenBatch(List<int[]> sequences, List<Integer> ends) {
    if (sequences.isEmpty() || sequences.size() != ends.size()) {
      throw new IllegalArgumentException(
          "tokens: expected texts and an end for each, got %d and %d"
              .formatted(sequences.size(), ends.size()));
    }
    length = sequences.stream().mapToInt(each -> each.length).max().orElseThrow();
    ids = new long[Math.multiplyExact(sequences.size(), length)];
    this.ends = new long[sequences.size()];
    for (int b = 0; b < sequences.size(); b++) {
      int[] sequence = sequences.get(b);
      int end = ends.get(b);
      if (end < 0 || end >= sequence.length) {
        throw new IllegalArgumentException(
            "tokens: text %d ends at %d of %d tokens".formatted(b, end, sequence.length));
      }
      for (int i = 0; i < sequence.length; i++) {
        ids[b * length + i] = sequence[i];
      }
      this.ends[b] = end;
    }
  }

  /** B. */
  public int size() {
    return ends.length;
  }

  /** L. */
  public int length() {
    return length;
  }

  /** A copy of the numbers [B,L]. */
  public long[] ids() {
    return ids.clone();
  }

  /** A copy of the places [B] of the tokens whose states stand for the texts. */
  public long[] ends() {
    return ends.clone();
  }

  /** The greatest number. */
  long greatest() {
    return Arrays.stream(ids).max().orElseThrow();
  }
}
