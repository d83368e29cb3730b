package org.maskwright.datasets.json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.files.InputFile;

/**
 * Reads a results file in pieces, each on the next core that is free.
 *
 * <p>Where in the middle of a file an object begins can only be guessed: a brace behind a comma
 * behind a brace may stand in a text, or in a list of another object. But the first piece begins
 * where the list does, and who has read a piece to its end knows where the next one begins. So a
 * guess is proved right, or its piece is read again from the right place.
 *
 * @param <T> what is kept of a detection
 */
final class ResultsReader<T> {
  private static final long PIECE = 1 << 22;

  /** Spaces between a comma and a brace are few. */
  private static final int LOOK_BACK = 64;

  /** Behind the end of the list. */
  private static final long NOWHERE = Long.MAX_VALUE;

  /**
   * The objects that begin in a part of the file.
   *
   * @param first where the first of them begins
   * @param next where the first of the next piece begins
   * @param kept null if one of them is not for this reader
   */
  private record Piece<T>(long first, long next, List<T> kept) {}

  private final FileChannel file;
  private final long size;
  private final Function<CocoDetection, T> kept;
  private final List<Piece<T>> pieces = new ArrayList<>();

  private ResultsReader(FileChannel file, long size, Function<CocoDetection, T> kept)
      throws IOException {
    this.file = file;
    this.size = size;
    this.kept = kept;
    for (long from = 0; from < file.size(); from += size) {
      pieces.add(null);
    }
  }

  /**
   * What is kept, in the file's order; empty if anything is wrong or unusual, which {@link
   * JsonFile} tells apart.
   */
  static <T> Optional<List<T>> scanned(Path file, Function<CocoDetection, T> kept) {
    return scanned(file, PIECE, kept);
  }

  /**
   * @param size of a piece in bytes
   */
  static <T> Optional<List<T>> scanned(Path file, long size, Function<CocoDetection, T> kept) {
    InputFile.require(file, problem -> DatasetException.ofFile(file, problem));
    try (FileChannel channel = FileChannel.open(file)) {
      ResultsReader<T> reader = new ResultsReader<>(channel, size, kept);
      reader.read();
      return reader.joined();
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private void read() {
    AtomicInteger next = new AtomicInteger();
    IntStream.range(0, Runtime.getRuntime().availableProcessors())
        .parallel()
        .forEach(
            worker -> {
              Worker reader = new Worker();
              for (int k = next.getAndIncrement(); k < pieces.size(); k = next.getAndIncrement()) {
                pieces.set(k, reader.piece(k));
              }
            });
  }

  private Optional<List<T>> joined() {
    List<T> all = new ArrayList<>();
    Worker reader = new Worker();
    long first = pieces.isEmpty() ? NOWHERE : pieces.get(0).first;
    for (int k = 0; k < pieces.size(); k++) {
      if (first >= end(k)) {
        continue; // whatever was taken for an object is a part of a longer one
      }
      Piece<T> piece = pieces.get(k);
      if (piece.first != first) {
        piece = reader.piece(first, end(k));
      }
      if (piece.kept == null) {
        return Optional.empty();
      }
      all.addAll(piece.kept);
      first = piece.next;
    }
    return first == NOWHERE && !pieces.isEmpty() ? Optional.of(all) : Optional.empty();
  }

  private long end(int k) {
    return (k + 1) * size;
  }

  /** Reads one piece after the other. */
  private final class Worker {
    private final JsonScanner in = new JsonScanner(file, (int) Math.min(FileWindow.SIZE, size));
    private final SegmentationScanner shapes = new SegmentationScanner();

    Piece<T> piece(int k) {
      long from = k * size;
      long first = 0;
      try {
        in.moveTo(Math.max(0, from - LOOK_BACK));
        if (k > 0) {
          first = in.objectBehindComma(from, end(k));
        } else if (in.whole(JsonScanner::firstElement)) {
          first = in.position();
        } else {
          return new Piece<>(0, listEnds(), List.of());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (Unusual e) {
        return new Piece<>(0, 0, null);
      }
      return piece(first, end(k));
    }

    /**
     * @param end where the next piece begins
     */
    Piece<T> piece(long first, long end) {
      List<T> found = new ArrayList<>();
      long next = first;
      try {
        in.moveTo(first);
        while (next < end) {
          found.add(kept.apply(in.element(this::detection)));
          next = in.another() ? in.position() : listEnds();
        }
        return new Piece<>(first, next, found);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (Unusual | DatasetException e) {
        return new Piece<>(first, next, null);
      }
    }

    private CocoDetection detection(JsonScanner json) throws Unusual {
      AnnotationFields fields = new AnnotationFields();
      fields.scan(json, shapes);
      if (fields.imageId == null || fields.categoryId == null || fields.score == null) {
        throw Unusual.VALUE;
      }
      return fields.detection();
    }

    /** Where the list has ended. */
    private long listEnds() throws IOException, Unusual {
      if (!in.nothingFollows()) {
        throw Unusual.VALUE;
      }
      return NOWHERE;
    }
  }
}
