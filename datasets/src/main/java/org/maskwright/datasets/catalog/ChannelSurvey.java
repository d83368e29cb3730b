package org.maskwright.datasets.catalog;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.PixelFormat;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.image.ImageWindows;
import org.maskwright.datasets.image.PhotographFile;

/**
 * The channels and depths of all pictures of a data set, from their headers; of pictures of
 * floating-point numbers all values are looked at, too, for NaN and infinity.
 *
 * <p>Files that cannot be read are left to whoever loads them.
 *
 * @param formats of each picture that could be read, with its file
 * @param problems pictures that cannot be taken: of other channels, or with values that are no
 *     numbers
 */
public record ChannelSurvey(List<Found> formats, List<DatasetException> problems) {
  private static final int MOST_NAMED = 10;
  private static final int BAND_ROWS = 512;
  private static final Set<Integer> GREY_AND_COLOURS = Set.of(1, Channels.RGB.count());
  private static final List<String> MAY_HAVE_MORE = List.of("png", "tif", "tiff");

  /**
   * A picture.
   *
   * @param channels without alpha
   */
  public record Found(Path file, PixelFormat format, int channels) {}

  /** Keeps the lists. */
  public ChannelSurvey {
    formats = List.copyOf(formats);
    problems = List.copyOf(problems);
  }

  /**
   * Looks at a data set, with all processors. Where colours are wanted, files of kinds that have
   * nothing else are not opened.
   */
  public static ChannelSurvey of(Dataset dataset) {
    Channels wanted = dataset.channels();
    Set<Path> seen = new HashSet<>(); // tiles of one picture have one file
    List<Look> looks =
        IntStream.range(0, dataset.size())
            .filter(i -> seen.add(dataset.info(i).file()))
            .boxed()
            .toList()
            .parallelStream()
            .map(i -> look(dataset, i, wanted))
            .flatMap(Optional::stream)
            .toList();
    return new ChannelSurvey(
        looks.stream().map(Look::found).toList(),
        looks.stream().flatMap(look -> look.problem().stream()).toList());
  }

  private record Look(Found found, Optional<DatasetException> problem) {}

  private static Optional<Look> look(Dataset dataset, int index, Channels wanted) {
    Path file = dataset.info(index).file();
    String name = file.toString().toLowerCase(Locale.ROOT);
    boolean opened =
        !wanted.mayBeColours() || MAY_HAVE_MORE.contains(name.substring(name.lastIndexOf('.') + 1));
    if (!opened || !Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      PixelFormat format = PhotographFile.format(file);
      int channels = format.channels() - (format.alpha() ? 1 : 0);
      Optional<DatasetException> problem =
          misfit(file, format, wanted).or(() -> numbers(dataset, index, format));
      return Optional.of(
          new Look(
              new Found(file, format, channels),
              problem.map(e -> e.forImage(dataset.info(index).imageId()))));
    } catch (DatasetException broken) { // it is reported where it is loaded
      return Optional.empty();
    }
  }

  private static Optional<DatasetException> misfit(Path file, PixelFormat format, Channels wanted) {
    try {
      if (!wanted.readsAsRgb(format)) {
        wanted.of(format);
      }
      return Optional.empty();
    } catch (DatasetException e) {
      return Optional.of(e.inFile(file));
    }
  }

  private static Optional<DatasetException> numbers(
      Dataset dataset, int index, PixelFormat format) {
    if (format.numbers() != PixelFormat.Numbers.FLOAT) {
      return Optional.empty();
    }
    try (ImageWindows picture = ImageWindows.open(dataset.info(index).file(), dataset.channels())) {
      Size size = picture.size();
      for (int y = 0; y < size.height(); y += BAND_ROWS) {
        int rows = Math.min(BAND_ROWS, size.height() - y);
        picture.read(new Window(0, y, size.width(), rows));
      }
      return Optional.empty();
    } catch (DatasetException e) {
      return Optional.of(e);
    }
  }

  /**
   * Checks that a model can take every picture.
   *
   * @throws DatasetException naming those that it cannot
   */
  public void require() {
    if (!problems.isEmpty()) {
      throw listed(
          "pictures that the model can take; %d are not:".formatted(problems.size()),
          problems.stream().map(DatasetException::getMessage).toList());
    }
  }

  /** Whether pictures have different numbers of channels; grey is colours, too. */
  public boolean differs() {
    Map<Integer, List<Found>> counts = counts();
    return counts.size() > 1 && !GREY_AND_COLOURS.containsAll(counts.keySet());
  }

  /** Those that have not what most have, named. */
  public DatasetException differing() {
    Map<Integer, List<Found>> counts = counts();
    List<Found> most =
        counts.values().stream().max(Comparator.comparingInt(List::size)).orElseThrow();
    List<String> others = new ArrayList<>();
    counts.values().stream()
        .filter(group -> group != most)
        .forEach(group -> group.forEach(f -> others.add(f.file() + ": " + f.format())));
    return listed(
        "pictures of one number of channels: %d have %d; %d have others:"
            .formatted(most.size(), most.get(0).channels(), others.size()),
        others);
  }

  private static DatasetException listed(String title, List<String> lines) {
    List<String> named = new ArrayList<>(lines.subList(0, Math.min(MOST_NAMED, lines.size())));
    if (lines.size() > named.size()) {
      named.add("and " + (lines.size() - named.size()) + " more");
    }
    return new DatasetException("expected " + title + "\n  " + String.join("\n  ", named));
  }

  private Map<Integer, List<Found>> counts() {
    return formats.stream()
        .collect(Collectors.groupingBy(Found::channels, TreeMap::new, Collectors.toList()));
  }

  /**
   * The channels that pictures have, if a model of colours would not take all that is in them: of
   * another number, or of more than 8 bits.
   *
   * @throws DatasetException naming pictures that no model takes, or if they have different numbers
   */
  public Optional<Channels> unusual() {
    require();
    if (differs()) {
      throw differing();
    }
    boolean usual = formats.stream().allMatch(found -> found.format().isGreyOrColours());
    return usual
        ? Optional.empty()
        : formats.stream().map(Found::channels).max(Integer::compare).map(Channels::new);
  }

  /** Whether a picture has more than 8 bits. */
  public boolean isDeep() {
    return formats.stream().anyMatch(found -> found.format().bits() > Byte.SIZE);
  }

  /** What the first picture that is not usual has, in words. */
  public String text() {
    return formats.stream()
        .filter(found -> !found.format().isGreyOrColours())
        .findFirst()
        .map(found -> found.format().toString())
        .orElse("grey or colours of 8 bits");
  }
}
