package org.maskwright.datasets.folder;

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
 * Photographs without masks, in a folder and those below it: for what is learnt without them, or
 * from what somebody says of a photograph as a whole.
 *
 * <p><b>Memory</b> a list of many lies in a file; see {@link PictureList}.
 */
public final class Pictures implements Dataset {
  private static final String OBJECT = "object";

  private final DataFolder folder;
  private final Categories categories;
  private final PictureList files;

  private Pictures(DataFolder folder, Categories categories, PictureList files) {
    this.folder = folder;
    this.categories = categories;
    this.files = files;
  }

  /**
   * The photographs of a folder.
   *
   * @param classes of the model that learns from them; none for one class of any object
   * @throws DatasetException if there is none
   */
  public static Pictures of(DataFolder folder, List<String> classes) {
    PictureList files = PictureList.of(folder);
    if (files.size() == 0) {
      throw DatasetException.ofFile(
          folder.root(),
          "expected photographs of the kinds %s, found none".formatted(Items.PHOTOS));
    }
    Categories categories =
        Categories.things(
            classes.isEmpty() ? new String[] {OBJECT} : classes.toArray(String[]::new));
    return new Pictures(folder, categories, files);
  }

  @Override
  public String name() {
    return "pictures " + folder.root();
  }

  @Override
  public int size() {
    return files.size();
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
    String file = files.name(index);
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
    String file = files.name(index);
    try {
      return PhotographFile.read(folder.existing(file), folder.channels());
    } catch (DatasetException e) {
      throw e.forImage(Items.stem(file));
    }
  }
}
