package org.maskwright.datasets.scenes;

import java.nio.file.Path;

/**
 * A data set of synthetic photographs with exact panoptic and instance annotations: six kinds of
 * beach toys on up to four kinds of landscape, with occlusion, truncation, changing light and
 * noise.
 *
 * <p>Learnable in minutes and not trivial: classes share colours, so shape and texture count. Every
 * scene is a function of the seed and its image id alone.
 */
public final class Scenes {
  /**
   * Part of what identifies the files: raised whenever the same settings would give other pixels.
   */
  public static final int GENERATOR_VERSION = 1;

  /** Validation images have the ids from here on, so that none is a training image. */
  public static final int FIRST_VAL_ID = 1_000_001;

  private Scenes() {}

  /**
   * Writes the data set in COCO's layout, unless the folder holds the very same one already:
   *
   * <pre>
   * DIR/images/{train,val}/000000000001.jpg
   * DIR/annotations/instances_{train,val}.json
   * DIR/annotations/panoptic_{train,val}.json
   * DIR/annotations/panoptic_{train,val}/000000000001.png
   * DIR/scenes.json                                        settings and generator version
   * </pre>
   *
   * The folder appears complete or not at all. The bytes do not depend on the number of threads.
   *
   * @return true if files were written, false if they were there, or another process has written
   *     the same in the meantime
   * @throws org.maskwright.datasets.DatasetException if the folder holds anything else than Scenes,
   *     or cannot be written
   */
  public static boolean write(Path dir, ScenesConfig config) {
    return new SceneFiles(dir, config).write();
  }

  /** Scene number {@code index} (the image id) of a seed, at the default size. */
  public static Scene sample(long seed, int index) {
    return sample(ScenesConfig.DEFAULT.withSeed(seed), index);
  }

  /** The scene that {@link #write} gives the image id {@code imageId}. */
  public static Scene sample(ScenesConfig config, int imageId) {
    return new SceneComposer(config, imageId).compose();
  }
}
