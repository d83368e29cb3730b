package org.maskwright.datasets.folder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.image.ImageDecoder;
import org.maskwright.datasets.image.LabelImage;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.settings.Names;

/**
 * A file that names the colours of masks: each line a name and three numbers from 0 to 255, in
 * either order, parted by spaces, tabs, commas, colons or semicolons. So write CVAT ({@code
 * labelmap.txt}), CamVid ({@code label_colors.txt}) and others ({@code class_dict.csv}).
 *
 * @param file the file
 * @param colourOf the colours 0xRRGGBB of the classes, the background first
 */
public record ColourMap(Path file, Map<String, Integer> colourOf) {
  /** The names such a file may have, in a data set's folder. */
  public static final List<String> NAMES =
      List.of(
          "labelmap.txt",
          "label_colors.txt",
          "label_colours.txt",
          "class_dict.csv",
          "classes.csv",
          "colors.txt",
          "colours.txt");

  private static final String SEPARATOR = "[\\s,;:]+";
  private static final Pattern RGB =
      Pattern.compile(
          "(?<![\\w.])(\\d{1,3})" + SEPARATOR + "(\\d{1,3})" + SEPARATOR + "(\\d{1,3})(?![\\w.])");
  private static final Pattern FIELDS = Pattern.compile("[\\t,;:]");

  /** Keeps the order of the classes. */
  public ColourMap {
    colourOf = Collections.unmodifiableMap(new LinkedHashMap<>(colourOf));
  }

  /**
   * The colour map in a folder, if there is one.
   *
   * @throws DatasetException if it has a line that names no colour, or one colour or name twice
   */
  public static Optional<ColourMap> in(Path folder) {
    return NAMES.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .flatMap(ColourMap::parsed);
  }

  /** A text whose first line, but for a heading, names no colour is another kind of file. */
  private static Optional<ColourMap> parsed(Path file) {
    Map<String, Integer> colours = new LinkedHashMap<>();
    Map<Integer, String> nameOf = new LinkedHashMap<>();
    int number = 0;
    int heading = 0;
    for (String line : TextFile.lines(file)) {
      number++;
      if (!TextFile.says(line)) {
        continue;
      }
      Matcher rgb = RGB.matcher(line);
      if (!rgb.find()) {
        if (colours.isEmpty() && heading++ == 0) {
          continue;
        }
        if (colours.isEmpty()) {
          return Optional.empty();
        }
        throw DatasetException.ofFile(
            file,
            "line %d: expected a name and three numbers from 0 to 255, got \"%s\""
                .formatted(number, line));
      }
      String name = name(line.substring(0, rgb.start()), line.substring(rgb.end()), number, file);
      int colour = colour(rgb, number, file);
      String before = nameOf.putIfAbsent(colour, name);
      if (before != null || colours.putIfAbsent(name, colour) != null) {
        throw DatasetException.ofFile(
            file,
            "line %d: %s"
                .formatted(
                    number,
                    before != null
                        ? "the colour is that of \"" + before + "\" too"
                        : "the name \"" + name + "\" occurs twice"));
      }
    }
    return colours.isEmpty() ? Optional.empty() : Optional.of(sorted(file, colours));
  }

  /** The first field, before the numbers or behind them, that is no number. */
  private static String name(String before, String behind, int line, Path file) {
    for (String side : List.of(before, behind)) {
      for (String field : FIELDS.split(side, -1)) {
        String name = field.strip().replaceAll("^\"|\"$", "");
        if (!name.isEmpty() && !name.matches("\\d+")) {
          return name;
        }
      }
    }
    throw DatasetException.ofFile(file, "line %d: the colour has no name".formatted(line));
  }

  private static int colour(Matcher rgb, int line, Path file) {
    int colour = 0;
    for (int channel = 1; channel <= 3; channel++) {
      int value = Integer.parseInt(rgb.group(channel));
      if (value > 255) {
        throw DatasetException.ofFile(
            file, "line %d: expected numbers from 0 to 255, got %d".formatted(line, value));
      }
      colour = colour << 8 | value;
    }
    return colour;
  }

  /** The background, by its name, before the others. */
  private static ColourMap sorted(Path file, Map<String, Integer> colours) {
    Map<String, Integer> sorted = new LinkedHashMap<>();
    colours.keySet().stream()
        .sorted(Comparator.comparing((String name) -> !isBackground(name)))
        .forEach(name -> sorted.put(name, colours.get(name)));
    return new ColourMap(file, sorted);
  }

  private static boolean isBackground(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "").equals("background");
  }

  /** The names of the classes 0, 1, ... */
  public List<String> names() {
    return List.copyOf(colourOf.keySet());
  }

  /**
   * The same colours for classes in another order.
   *
   * @throws DatasetException if a class has no colour
   */
  public ColourMap inOrderOf(List<String> classes) {
    Map<String, Integer> ordered = new LinkedHashMap<>();
    for (String name : classes) {
      Integer colour = colourOf.get(name);
      if (colour == null) {
        throw DatasetException.ofFile(
            file,
            "no colour of the class \"%s\"; there are %s%s"
                .formatted(name, names(), Names.meant(name, names())));
      }
      ordered.put(name, colour);
    }
    return new ColourMap(file, ordered);
  }

  /**
   * A mask of these colours as the numbers of their classes; one without colours holds the numbers
   * already.
   *
   * @throws DatasetException if it cannot be read, or a pixel has another colour
   */
  public LabelMap read(Path mask) {
    if (!LabelImage.isColoured(mask)) {
      return LabelImage.readIndices(mask);
    }
    Map<Integer, Integer> classOf = new LinkedHashMap<>();
    colourOf.values().forEach(colour -> classOf.put(colour, classOf.size()));
    RgbImage picture = ImageDecoder.read(mask);
    int width = picture.width();
    int[] labels = new int[Math.multiplyExact(width, picture.height())];
    int lastColour = -1;
    int lastLabel = 0;
    for (int i = 0; i < labels.length; i++) {
      int colour = picture.rgb(i % width, i / width);
      if (colour != lastColour) {
        Integer label = classOf.get(colour);
        if (label == null) {
          throw DatasetException.ofFile(mask, unknown(colour, i % width, i / width));
        }
        lastColour = colour;
        lastLabel = label;
      }
      labels[i] = lastLabel;
    }
    return new LabelMap(picture.height(), width, labels);
  }

  private String unknown(int colour, int x, int y) {
    return "pixel (%d, %d) has the colour %s, which %s does not name; maskwright data colors lists what occurs"
        .formatted(x, y, text(colour), file);
  }

  /** A colour 0xRRGGBB as {@code (R, G, B)}. */
  public static String text(int colour) {
    return "(%d, %d, %d)".formatted(colour >> 16, colour >> 8 & 0xFF, colour & 0xFF);
  }
}
