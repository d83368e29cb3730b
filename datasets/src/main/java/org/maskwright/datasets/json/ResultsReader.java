package org.maskwright.datasets.json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.maskwright.datasets.DatasetException;

/**
 * Reads a results file in pieces, each on the next core that is free.
 *
 * @param <T> what is kept of a detection
 */
final class ResultsReader<T> {
  private record Read<T>(int piece, List<T> detections) {}

  private final ListPieces pieces;
  private final Function<CocoDetection, T> kept;

  private ResultsReader(ListPieces pieces, Function<CocoDetection, T> kept) {
    this.pieces = pieces;
    this.kept = kept;
  }

  /**
   * What is kept, in the file's order; empty if anything is wrong, which reading the file from end
   * to end says better.
   */
  static <T> Optional<List<T>> inPieces(Path file, Function<CocoDetection, T> kept) {
    try {
      Optional<ListPieces> opened = ListPieces.of(file);
      if (opened.isEmpty()) {
        return Optional.empty();
      }
      try (ListPieces pieces = opened.get()) {
        return Optional.of(new ResultsReader<>(pieces, kept).read());
      }
    } catch (IOException | UncheckedIOException | DatasetException e) {
      return Optional.empty();
    }
  }

  private List<T> read() {
    List<Read<T>> read =
        IntStream.range(0, Runtime.getRuntime().availableProcessors())
            .parallel()
            .mapToObj(worker -> whatOneReads())
            .flatMap(List::stream)
            .sorted(Comparator.comparingInt(Read::piece))
            .toList();
    List<T> all = new ArrayList<>(read.stream().mapToInt(one -> one.detections.size()).sum());
    read.forEach(one -> all.addAll(one.detections));
    return all;
  }

  private List<Read<T>> whatOneReads() {
    List<Read<T>> read = new ArrayList<>();
    try {
      for (var piece = pieces.next(); piece.isPresent(); piece = pieces.next()) {
        read.add(detections(piece.get()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return read;
  }

  private Read<T> detections(ListPieces.Piece piece) throws IOException {
    try (JsonFile json = new JsonFile(piece.json, piece.length)) {
      json.parser.nextToken();
      return new Read<>(piece.index, CocoJson.detections(json, piece.first, kept));
    }
  }
}
