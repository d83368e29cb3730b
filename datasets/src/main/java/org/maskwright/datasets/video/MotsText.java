package org.maskwright.datasets.video;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.TextFile;
import org.maskwright.datasets.mask.Rle;

/**
 * MOTS' text of a sequence: a line for each mask, {@code frame id class height width rle}, parted
 * by spaces; the last is COCO's compressed string. Frames count from 0 in KITTI MOTS and from 1 in
 * MOTSChallenge; classes are 1 car, 2 pedestrian, 10 a region that does not count.
 *
 * <p><b>Source</b> MOTS (arXiv 1902.03604), mots_tools.
 */
public final class MotsText {
  /** The class of regions that do not count. */
  public static final int IGNORED = 10;

  private static final int FIELDS = 6;
  private static final int MOST_FRAMES = 1 << 24;

  private MotsText() {}

  /**
   * A mask of a frame.
   *
   * @param id of the track, the same in all frames; no other mask of the frame has it
   */
  public record Mask(long id, int classId, Rle mask) {}

  /**
   * Reads the masks by frame; a file without a line has none.
   *
   * @throws DatasetException with the line, if a field is missing or no number, a mask is damaged
   *     or of another size than the first, an id occurs twice in a frame, or two masks of a frame
   *     share a pixel
   */
  public static SortedMap<Integer, List<Mask>> read(Path file) {
    SortedMap<Integer, List<Mask>> frames = new TreeMap<>();
    List<String> lines = TextFile.lines(file);
    Rle first = null;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty()) {
        continue;
      }
      try {
        String[] fields = line.split(" +");
        if (fields.length != FIELDS) {
          throw new DatasetException(
              "expected 6 fields, frame id class height width rle, got " + fields.length);
        }
        int frame = (int) number(fields[0], "frame", MOST_FRAMES);
        Mask mask = mask(fields);
        if (first != null
            && (mask.mask.height() != first.height() || mask.mask.width() != first.width())) {
          throw new DatasetException(
              "a mask of %d x %d pixels, expected %d x %d as in the lines before"
                  .formatted(mask.mask.width(), mask.mask.height(), first.width(), first.height()));
        }
        first = mask.mask;
        frames.computeIfAbsent(frame, f -> new ArrayList<>()).add(mask);
      } catch (DatasetException e) {
        throw DatasetException.ofFile(file, "line %d: %s".formatted(i + 1, e.problem()));
      }
    }
    frames.forEach((frame, masks) -> check(file, frame, masks));
    return frames;
  }

  private static long number(String field, String what, long most) {
    try {
      long value = Long.parseLong(field);
      if (value >= 0 && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) { // said below
    }
    throw new DatasetException("%s: expected 0 to %d, got %s".formatted(what, most, field));
  }

  private static Mask mask(String[] fields) {
    long id = number(fields[1], "id", Long.MAX_VALUE);
    int classId = (int) number(fields[2], "class", Integer.MAX_VALUE);
    int height = (int) number(fields[3], "height", Integer.MAX_VALUE);
    int width = (int) number(fields[4], "width", Integer.MAX_VALUE);
    try {
      return new Mask(id, classId, Rle.ofString(height, width, fields[5]));
    } catch (IllegalArgumentException e) {
      throw new DatasetException("id %d: %s".formatted(id, e.getMessage()), e);
    }
  }

  /** Regions that do not count may share ids and pixels with each other alone. */
  private static void check(Path file, int frame, List<Mask> masks) {
    Set<Long> ids = new HashSet<>();
    List<Mask> objectsFirst = new ArrayList<>(masks);
    objectsFirst.sort(Comparator.comparing(mask -> mask.classId == IGNORED));
    Rle covered = null;
    for (Mask mask : objectsFirst) {
      boolean object = mask.classId != IGNORED;
      if (object && !ids.add(mask.id)) {
        throw DatasetException.ofFile(
            file, "frame %d: id %d occurs twice".formatted(frame, mask.id));
      }
      if (covered != null && covered.intersectionArea(mask.mask) > 0) {
        throw DatasetException.ofFile(
            file,
            "frame %d: the mask of id %d shares pixels with %s; MOTS has one object a pixel"
                .formatted(frame, mask.id, others(mask, masks)));
      }
      if (object) {
        covered = covered == null ? mask.mask : Rle.union(List.of(covered, mask.mask));
      }
    }
  }

  private static String others(Mask mask, List<Mask> masks) {
    return masks.stream()
        .filter(other -> other.id != mask.id && other.mask.intersectionArea(mask.mask) > 0)
        .map(other -> "that of id " + other.id)
        .findFirst()
        .orElse("another");
  }

  /** The line of a mask, without its end. */
  public static String line(int frame, Mask mask) {
    return "%d %d %d %d %d %s"
        .formatted(
            frame,
            mask.id,
            mask.classId,
            mask.mask.height(),
            mask.mask.width(),
            mask.mask.toCompressedString());
  }
}
