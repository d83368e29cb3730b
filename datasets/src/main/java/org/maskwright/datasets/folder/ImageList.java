package org.maskwright.datasets.folder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.image.LabelImage;

/**
 * A file that lists images: each line a photograph and its label image, or a photograph alone,
 * whose label image has its name. Fields are parted by spaces, a tab, a comma or a semicolon; names
 * may hold spaces where the files are there to tell them apart; {@code #} starts a comment.
 */
final class ImageList {
  private static final Pattern SPACES = Pattern.compile("\\s+");
  private static final Pattern SEPARATOR = Pattern.compile("[\t,;]");

  private final DataFolder root;
  private final FolderDataset.Layout layout;
  private final Path file;

  private ImageList(DataFolder root, FolderDataset.Layout layout) {
    this.root = root;
    this.layout = layout;
    this.file = root.existing(layout.list());
  }

  /**
   * The items, their files relative to {@code root}. Absolute paths of another machine, as in
   * SegNet's CamVid lists, are cut to their last two parts.
   *
   * @param problems is given the lines that name no image, with their number
   * @throws DatasetException if the file cannot be read or lists nothing
   */
  static List<LabelledDataset.Item> read(
      DataFolder root, FolderDataset.Layout layout, Consumer<DatasetException> problems) {
    return new ImageList(root, layout).items(problems);
  }

  private List<LabelledDataset.Item> items(Consumer<DatasetException> problems) {
    List<LabelledDataset.Item> items = new ArrayList<>();
    List<String> lines = TextFile.lines(file);
    boolean listed = false;
    for (int i = 0; i < lines.size(); i++) {
      if (TextFile.says(lines.get(i))) {
        listed = true;
        try {
          items.add(item(lines.get(i).strip()));
        } catch (DatasetException e) {
          problems.accept(
              DatasetException.ofFile(file, "line %d: %s".formatted(i + 1, e.problem())));
        }
      }
    }
    if (!listed) {
      throw DatasetException.ofFile(file, "the list is empty");
    }
    return items;
  }

  private LabelledDataset.Item item(String line) {
    Optional<String> alone = photograph(line);
    if (alone.isPresent()) {
      return named(alone.get());
    }
    Matcher separator = SEPARATOR.matcher(line);
    if (separator.find()) {
      String[] fields = SEPARATOR.split(line, -1);
      if (fields.length != 2 || fields[0].isBlank() || fields[1].isBlank()) {
        throw expected(line);
      }
      return pair(unquoted(fields[0]), unquoted(fields[1]));
    }
    Matcher spaces = SPACES.matcher(line);
    int found = 0;
    int start = 0;
    int end = 0;
    while (spaces.find()) {
      found++;
      start = spaces.start();
      end = spaces.end();
      if (isFile(relative(line.substring(0, start))) && isFile(relative(line.substring(end)))) {
        return pair(line.substring(0, start), line.substring(end));
      }
    }
    if (found == 1 && line.substring(0, start).contains(".")) {
      return pair(line.substring(0, start), line.substring(end)); // a file that is missing
    }
    throw expected(line);
  }

  private DatasetException expected(String line) {
    return new DatasetException(
        "expected IMAGE LABEL, two files below %s, or the name of a photograph in %s, got \"%s\""
            .formatted(root.root(), layout.images(), line));
  }

  private static LabelledDataset.Item pair(String photo, String label) {
    String file = relative(photo);
    return new LabelledDataset.Item(ImageId.of(Items.stem(file)), file, List.of(relative(label)));
  }

  /** A photograph that stands alone, with the label image of its name. */
  private LabelledDataset.Item named(String photo) {
    String name = photo.substring(photo.lastIndexOf('/') + 1);
    String stem = Items.stem(name) + layout.maskSuffix();
    for (String folder : folders(layout.masks())) {
      for (String ending : LabelImage.ENDINGS) {
        String label = "%s/%s.%s".formatted(folder, stem, ending);
        if (isFile(label)) {
          return new LabelledDataset.Item(ImageId.of(Items.stem(photo)), photo, List.of(label));
        }
      }
    }
    throw new DatasetException(
        "no label image %s.png in %s".formatted(stem, root.root().resolve(layout.masks())));
  }

  /**
   * The photograph that a whole line names: a path below root, or a name with or without ending.
   */
  private Optional<String> photograph(String line) {
    String name = unquoted(line);
    List<String> candidates = new ArrayList<>();
    boolean several = SPACES.matcher(name).find() || SEPARATOR.matcher(name).find();
    candidates.add(several ? name : relative(name)); // else the second path alone would be left
    for (String folder : folders(layout.images())) {
      candidates.add(folder + "/" + name);
    }
    for (String candidate : candidates) {
      if (Items.isPhotograph(candidate) && isFile(candidate)) {
        return Optional.of(candidate);
      }
      for (String ending : Items.PHOTOS) {
        if (isFile(candidate + "." + ending)) {
          return Optional.of(candidate + "." + ending);
        }
      }
    }
    return Optional.empty();
  }

  /** A folder, and in it that of the part which the list is named after. */
  private List<String> folders(String folder) {
    return List.of(folder, folder + "/" + Items.stem(layout.list()));
  }

  private boolean isFile(String name) {
    try {
      return Files.exists(root.resolve(name)) && !Files.isDirectory(root.resolve(name));
    } catch (DatasetException outside) {
      return false;
    }
  }

  private static String unquoted(String field) {
    String text = field.strip();
    return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
        ? text.substring(1, text.length() - 1)
        : text;
  }

  private static String relative(String name) {
    if (!name.startsWith("/")) {
      return name.startsWith("./") ? name.substring(2) : name;
    }
    String[] parts = name.split("/", -1);
    return parts.length < 3 ? name : parts[parts.length - 2] + "/" + parts[parts.length - 1];
  }
}
