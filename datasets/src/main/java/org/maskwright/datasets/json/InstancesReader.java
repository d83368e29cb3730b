package org.maskwright.datasets.json;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.files.InputFile;

/** Reads an instances file with a {@link JsonScanner}: its annotations, which are most of it. */
final class InstancesReader {
  private static final JsonKeys SECTIONS =
      new JsonKeys(List.of("images", "categories", "annotations"));

  private final JsonScanner in;
  private final SegmentationScanner shapes = new SegmentationScanner();
  private final CocoInstances content =
      new CocoInstances(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  private final Set<ImageId> imageIds = new HashSet<>();
  private final Set<Integer> categoryIds = new HashSet<>();
  private final LongSet annotationIds = new LongSet();

  private InstancesReader(FileChannel file, int window) {
    in = new JsonScanner(file, window);
  }

  /** Empty if anything is wrong or unusual, which {@link JsonFile} tells apart. */
  static Optional<CocoInstances> scanned(Path file) {
    return scanned(file, FileWindow.SIZE);
  }

  /**
   * @param window the bytes to read at once
   */
  static Optional<CocoInstances> scanned(Path file, int window) {
    InputFile.require(file, problem -> DatasetException.ofFile(file, problem));
    try (FileChannel channel = FileChannel.open(file)) {
      InstancesReader reader = new InstancesReader(channel, window);
      reader.read();
      return Optional.of(reader.content);
    } catch (IOException | Unusual | DatasetException e) {
      return Optional.empty();
    }
  }

  private void read() throws IOException, Unusual {
    Set<String> sections = new HashSet<>();
    String key = in.whole(json -> json.firstKey(SECTIONS));
    while (key != null) {
      if (!key.isEmpty() && !sections.add(key)) {
        throw Unusual.VALUE;
      }
      switch (key) {
        case "images" ->
            list(
                JsonScanner::unread,
                image -> content.images().add(CocoJson.image(parsed(image), imageIds)));
        case "categories" ->
            list(
                JsonScanner::unread,
                category ->
                    content.categories().add(CocoJson.category(parsed(category), categoryIds)));
        case "annotations" -> list(this::annotation, this::add);
        default -> in.whole(json -> json.skip());
      }
      key = in.whole(json -> json.nextKey(SECTIONS));
    }
    if (!sections.contains("annotations") || !in.nothingFollows()) {
      throw Unusual.VALUE;
    }
  }

  /** Takes what was read of an element. */
  @FunctionalInterface
  private interface Taker<T> {
    void take(T element) throws IOException, Unusual;
  }

  private <T> void list(JsonScanner.Value<T> element, Taker<T> taker) throws IOException, Unusual {
    boolean more = in.whole(JsonScanner::firstElement);
    while (more) {
      taker.take(in.element(element));
      more = in.another();
    }
  }

  private static JsonFile parsed(byte[] element) throws IOException {
    JsonFile json = new JsonFile(element);
    json.parser.nextToken();
    return json;
  }

  private CocoAnnotation annotation(JsonScanner json) throws Unusual {
    AnnotationFields fields = new AnnotationFields();
    fields.scan(json, shapes);
    if (fields.id == null || fields.imageId == null || fields.categoryId == null) {
      throw Unusual.VALUE;
    }
    return fields.annotation();
  }

  private void add(CocoAnnotation annotation) throws Unusual {
    if (!annotationIds.add(annotation.id())) {
      throw Unusual.VALUE;
    }
    content.annotations().add(annotation);
  }
}
