package org.maskwright.trainer.result;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.ImageFrame;

/** The results of an image that came as bytes: another process made them, or they were kept so. */
public final class SentResults implements ImageResults {
  private final Map<ResultKind<?>, ImageResult<?>> results = new LinkedHashMap<>();

  private SentResults() {}

  /** Whether results of all kinds can be sent. */
  public static boolean serves(List<ResultKind<?>> kinds) {
    return kinds.stream().allMatch(kind -> kind.codec().isPresent());
  }

  /** Writes an image's results of some kinds, which can all be sent. */
  public static void write(ImageResults results, List<ResultKind<?>> kinds, DataOutput out)
      throws IOException {
    for (ResultKind<?> kind : kinds) {
      write(results.of(kind), out);
    }
  }

  /** Writes one result of a kind that can be sent. */
  public static <R> void write(ImageResult<R> result, DataOutput out) throws IOException {
    ImageFrame f = result.frame();
    for (int size :
        new int[] {
          f.paddedHeight(),
          f.paddedWidth(),
          f.contentHeight(),
          f.contentWidth(),
          f.height(),
          f.width()
        }) {
      out.writeInt(size);
    }
    KindFailure.named(
        result.kind(),
        () -> {
          result.kind().codec().orElseThrow().write(result.value(), out);
          return null;
        });
  }

  /** Reads what {@link #write} wrote for the same kinds. */
  public static SentResults read(List<ResultKind<?>> kinds, ClassSpace classes, DataInput in)
      throws IOException {
    SentResults out = new SentResults();
    for (ResultKind<?> kind : kinds) {
      out.results.put(kind, read(kind, classes, in));
    }
    return out;
  }

  /** Reads one result of a kind. */
  public static <R> ImageResult<R> read(ResultKind<R> kind, ClassSpace classes, DataInput in)
      throws IOException {
    ImageFrame frame =
        new ImageFrame(
            in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
    R value = KindFailure.named(kind, () -> kind.codec().orElseThrow().read(in));
    return new ImageResult<>(kind, value, frame, classes);
  }

  @Override
  @SuppressWarnings("unchecked") // put in by read
  public <R> ImageResult<R> of(ResultKind<R> kind) {
    ImageResult<?> result = results.get(kind);
    if (result == null) {
      throw new IllegalArgumentException(
          "results: expected one of the kinds that were sent, got " + kind.name());
    }
    return (ImageResult<R>) result;
  }
}
