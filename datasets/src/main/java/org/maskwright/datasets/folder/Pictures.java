package org.maskwright.datasets.folder;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.PhotographFile;

/**
 * Photographs without masks, in a folder and those below it. Nothing is learnt from them but what
 * somebody says of a photograph as a whole.
 *
 * <p><b>Memory</b> the letters of the files' names and 4 bytes a photograph.
 */
public final class Pictures implements Dataset {
  private static final String OBJECT = "object";

  private final DataFolder folder;
  private final Categories categories;
  private final byte[] names; // one after the other
  private final int[] ends;

  private Pictures(DataFolder folder, Categories categories, byte[] names, int[] ends) {
    this.folder = folder;
    this.categories = categories;
    this.names = names;
    this.ends = ends;
  }

  /**
   * The photographs of a folder.
   *
   * @param classes of the model that learns from them; none for one class of any object
   * @throws DatasetException if there is none
   */
  public static Pictures of(DataFolder folder, List<String> classes) {
    List<String> files = folder.filesBelow().stream().filter(Items::isPhotograph).toList();
    if (files.isEmpty()) {
      throw DatasetException.ofFile(
          folder.root(),
          "expected photographs of the kinds %s, found none".formatted(Items.PHOTOS));
    }
    byte[] names = new byte[1024];
    int[] ends = new int[files.size()];
    int length = 0;
    for (int i = 0; i < ends.length; i++) {
      byte[] name = files.get(i).getBytes(StandardCharsets.UTF_8);
      int end = Math.addExact(length, name.length);
      if (end > names.length) {
        names = Arrays.copyOf(names, (int) Math.min(Integer.MAX_VALUE - 8L, 2L * end));
      }
      System.arraycopy(name, 0, names, length, name.length);
      ends[i] = length = end;
    }
    Categories categories =
        Categories.things(
            classes.isEmpty() ? new String[] {OBJECT} : classes.toArray(String[]::new));
    return new Pictures(folder, categories, Arrays.copyOf(names, length), ends);
  }

  private String file(int index) {
    int from = index == 0 ? 0 : ends[index - 1];
    return new String(names, from, ends[index] - from, StandardCharsets.UTF_8);
  }

  @Override
  public String name() {
    return "pictures " + folder.root();
  }

  @Override
  public int size() {
    return ends.length;
  }

  @Override
  public Categories categories() {
    return categories;
  }

  @Override
  public Set<Task> tasks() {
    return EnumSet.allOf(Task.class);
  }

  @Override
  public Channels channels() {
    return folder.channels();
  }

  @Override
  public SampleInfo info(int index) {
    String file = file(index);
    return new SampleInfo(ImageId.of(Items.stem(file)), folder.resolve(file), 0, 0);
  }

  @Override
  public List<Segment> segments(int index) {
    return List.of();
  }

  @Override
  public List<Label> labels(int index) {
    return List.of();
  }

  @Override
  public boolean hasTargets(int index) {
    return false;
  }

  @Override
  public Photograph image(int index) {
    String file = file(index);
    try {
      return PhotographFile.read(folder.existing(file), folder.channels());
    } catch (DatasetException e) {
      throw e.forImage(Items.stem(file));
    }
  }
}
