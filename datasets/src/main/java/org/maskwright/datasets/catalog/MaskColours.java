package org.maskwright.datasets.catalog;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.folder.ColourMap;
import org.maskwright.datasets.image.ImageDecoder;
import org.maskwright.datasets.image.LabelImage;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;

/**
 * Which colours occur in the masks of a folder, and the file that names them ({@link ColourMap}).
 *
 * @param folder of the masks
 * @param images the number of masks
 * @param colours the most frequent first
 */
public record MaskColours(Path folder, int images, List<Count> colours) {
  /** The file that is written beside the folders of the data set. */
  public static final String FILE = "label_colors.txt";

  /** More than any set of classes has: a picture, or edges that were smoothed. */
  private static final int MOST = 4096;

  private static final List<String> MASK_FOLDERS =
      List.of("masks", "SegmentationClass", "labels", "annotations", "mask", "label", "PedMasks");

  public MaskColours {
    colours = List.copyOf(colours);
  }

  /**
   * A colour.
   *
   * @param rgb 0xRRGGBB
   * @param pixels of all masks together
   * @param images in which it occurs
   * @param name its class, if a file names it already
   */
  public record Count(int rgb, long pixels, int images, Optional<String> name) {}

  /**
   * Reads all masks below a data set's folder.
   *
   * @param annotations the folder of the masks below root; "" for the usual ones
   * @throws DatasetException if there is no such folder, no mask in it, one cannot be read, or they
   *     have more than 4096 colours
   */
  public static MaskColours of(Path root, String annotations) {
    Path folder =
        LayoutQuery.withAsked(annotations, MASK_FOLDERS).stream()
            .map(root::resolve)
            .filter(Files::isDirectory)
            .findFirst()
            .orElseThrow(
                () ->
                    DatasetException.ofFile(
                        root,
                        "expected a folder of masks, one of %s; name it with --annotations"
                            .formatted(LayoutQuery.withAsked(annotations, MASK_FOLDERS))));
    Map<Integer, long[]> counts = new HashMap<>();
    int images = 0;
    for (String name : DataFolder.of(folder).filesBelow()) {
      if (LabelImage.isNamed(name)) {
        add(ImageDecoder.read(folder.resolve(name)), folder.resolve(name), counts);
        images++;
      }
    }
    if (images == 0) {
      throw DatasetException.ofFile(
          folder, "expected masks of the kinds %s, found none".formatted(LabelImage.ENDINGS));
    }
    Map<Integer, String> nameOf = new HashMap<>();
    ColourMap.in(root)
        .ifPresent(map -> map.colourOf().forEach((name, rgb) -> nameOf.put(rgb, name)));
    List<Count> colours = new ArrayList<>();
    counts.forEach(
        (rgb, count) ->
            colours.add(
                new Count(rgb, count[0], (int) count[1], Optional.ofNullable(nameOf.get(rgb)))));
    colours.sort(Comparator.comparingLong(Count::pixels).reversed().thenComparing(Count::rgb));
    return new MaskColours(folder, images, colours);
  }

  /** Pixels and images of each colour. */
  private static void add(RgbImage mask, Path file, Map<Integer, long[]> counts) {
    Map<Integer, long[]> here = new HashMap<>();
    int last = -1;
    long[] count = {0};
    for (int y = 0; y < mask.height(); y++) {
      for (int x = 0; x < mask.width(); x++) {
        int rgb = mask.rgb(x, y);
        if (rgb != last) {
          count = here.computeIfAbsent(rgb, colour -> new long[1]);
          last = rgb;
          if (here.size() > MOST) {
            throw tooMany(file);
          }
        }
        count[0]++;
      }
    }
    here.forEach(
        (rgb, pixels) -> {
          long[] all = counts.computeIfAbsent(rgb, colour -> new long[2]);
          all[0] += pixels[0];
          all[1]++;
        });
    if (counts.size() > MOST) {
      throw tooMany(file);
    }
  }

  private static DatasetException tooMany(Path file) {
    return DatasetException.ofFile(
        file,
        "more than %d colours: a photograph, or a mask whose edges were smoothed or that was saved as JPEG; save the masks as PNG without smoothing"
            .formatted(MOST));
  }

  /**
   * The text of the file: a line {@code R G B NAME} for each colour. One that no file names yet is
   * called background if it is black, else after its number, to be given its name by hand.
   */
  public String text() {
    StringBuilder text = new StringBuilder("# R G B class\n");
    int number = 1;
    for (Count colour : colours) {
      String name = colour.name().orElse(colour.rgb == 0 ? "background" : "class " + number);
      number += colour.rgb == 0 ? 0 : 1;
      text.append(
          "%d %d %d\t%s%n"
              .formatted(colour.rgb >> 16, colour.rgb >> 8 & 0xFF, colour.rgb & 0xFF, name));
    }
    return text.toString();
  }

  /**
   * Writes {@link #text}.
   *
   * @throws OutputException if the file is there already, or cannot be written
   */
  public void write(Path file) {
    if (Files.exists(file)) {
      throw new OutputException(
          file, "is there already; rename it, or name another file with --out", null);
    }
    OutputFile.write(file, text());
  }

  /** The share of all pixels that a colour has. */
  public double share(Count colour) {
    return (double) colour.pixels / colours.stream().mapToLong(Count::pixels).sum();
  }
}
