package org.maskwright.trainer.video;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The masks of a video, put down frame by frame and taken up track by track: run lengths in a
 * temporary file, and in memory 12 bytes a mask.
 */
final class TrackSpool implements Closeable {
  private static final int FIRST = 8;

  private final Path path;
  private final RandomAccessFile file;
  private final SortedMap<Integer, Masks> tracks = new TreeMap<>();
  private long end;

  TrackSpool(Path folder) throws IOException {
    path = Files.createTempFile(folder, ".tracks", ".part");
    file = new RandomAccessFile(path.toFile(), "rw");
  }

  /** Where the masks of a track are, and what it is. */
  private static final class Masks {
    private final SortedMap<Integer, Double> classes = new TreeMap<>(); // by summed score
    private double score;
    private int[] frames = new int[FIRST];
    private long[] places = new long[FIRST];
    private int size;

    void add(int frame, long place, TrackedObject object) {
      if (size == frames.length) {
        frames = Arrays.copyOf(frames, 2 * size);
        places = Arrays.copyOf(places, 2 * size);
      }
      frames[size] = frame;
      places[size++] = place;
      score += object.score();
      classes.merge(object.classIndex(), object.score(), Double::sum);
    }

    int classIndex() {
      int best = classes.firstKey();
      for (int index : classes.keySet()) {
        best = classes.get(index) > classes.get(best) ? index : best;
      }
      return best;
    }
  }

  void add(int frame, TrackedObject object) throws IOException {
    tracks.computeIfAbsent(object.track(), number -> new Masks()).add(frame, end, object);
    byte[] counts = object.mask().toCompressedString().getBytes(StandardCharsets.US_ASCII);
    file.seek(end);
    file.writeInt(counts.length);
    file.write(counts);
    end = file.getFilePointer();
  }

  /** The tracks in the order of their numbers. */
  List<Integer> tracks() {
    return new ArrayList<>(tracks.keySet());
  }

  /** The class with the largest sum of scores. */
  int classIndex(int track) {
    return tracks.get(track).classIndex();
  }

  /** The mean score of the frames that show it. */
  double score(int track) {
    Masks of = tracks.get(track);
    return of.score / of.size;
  }

  /** Takes a mask as COCO's compressed string; null for an absent one. */
  @FunctionalInterface
  interface MaskSink {
    void take(String counts) throws IOException;
  }

  /** Gives the masks of a track, one call a frame. */
  void each(int track, int frames, MaskSink sink) throws IOException {
    Masks of = tracks.get(track);
    int next = 0;
    for (int t = 0; t < frames; t++) {
      if (next == of.size || of.frames[next] != t) {
        sink.take(null);
        continue;
      }
      file.seek(of.places[next++]);
      byte[] counts = new byte[file.readInt()];
      file.readFully(counts);
      sink.take(new String(counts, StandardCharsets.US_ASCII));
    }
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      Files.deleteIfExists(path);
    }
  }
}
