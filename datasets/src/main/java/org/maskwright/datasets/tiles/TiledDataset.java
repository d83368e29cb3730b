package org.maskwright.datasets.tiles;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TileGrid;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.image.ImageWindows;

/**
 * The tiles of the images of a data set as images of their own, those of an image one after the
 * other, row by row. Segments are cut along the tiles, crowds too; what is void stays so. The id of
 * a tile is {@code IMAGE@X,Y}; an image that is no larger than a tile stays what it is.
 *
 * <p><b>Memory</b> {@link OpenPictures} of photographs; the segments of the images used last.
 */
public final class TiledDataset implements Dataset {
  private static final int CACHED_IMAGES = 16;

  private final Dataset whole;
  private final TileGrid[] grids;
  private final int[] firstTile; // of each image, and one beyond
  private final OpenPictures pictures;
  private final TileCounts counts; // null if they were not counted
  private final List<String> notes;
  private final Map<Integer, ImageShapes> shapes = // guarded by itself
      new LinkedHashMap<>(CACHED_IMAGES, 1, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, ImageShapes> eldest) {
          return size() > CACHED_IMAGES;
        }
      };

  private TiledDataset(Dataset whole, Tiling tiling, Counting counting) {
    this.whole = whole;
    this.grids = new TileGrid[whole.size()];
    this.firstTile = new int[whole.size() + 1];
    IntStream.range(0, grids.length)
        .parallel()
        .forEach(i -> grids[i] = tiling.of(ImageWindows.sizeOf(whole, i)));
    for (int i = 0; i < grids.length; i++) {
      firstTile[i + 1] = Math.addExact(firstTile[i], grids[i].count());
    }
    this.pictures = new OpenPictures(whole);
    this.counts = counting == Counting.NONE ? null : TileCounts.of(whole, grids, tiling);
    this.notes =
        counts == null
            ? whole.notes()
            : Stream.concat(whole.notes().stream(), counts.notes().stream()).toList();
  }

  /** Whether the segments of the tiles are counted when it is opened. */
  private enum Counting {
    NONE,
    ALL
  }

  /**
   * Tiles to be trained on: which of them have targets is found out at once, and so is whether
   * tiles are too small for the objects ({@link #notes()}).
   *
   * @throws DatasetException if the size or the annotation of an image cannot be read
   */
  public static TiledDataset forTraining(Dataset whole, Tiling tiling) {
    return new TiledDataset(whole, tiling, Counting.ALL);
  }

  /**
   * Tiles to be predicted in order.
   *
   * @throws DatasetException if the size of an image cannot be read
   */
  public static TiledDataset forPrediction(Dataset whole, Tiling tiling) {
    return new TiledDataset(whole, tiling, Counting.NONE);
  }

  /** The image that a tile is of. */
  public int imageOf(int tile) {
    int at = Arrays.binarySearch(firstTile, tile);
    return at >= 0 ? at : -at - 2;
  }

  /** The tiles of an image. */
  public TileGrid grid(int image) {
    return grids[image];
  }

  /** The number of an image's first tile. */
  public int firstTile(int image) {
    return firstTile[image];
  }

  private Window window(int tile) {
    int image = imageOf(tile);
    return grids[image].tile(tile - firstTile[image]);
  }

  @Override
  public String name() {
    return whole.name() + " in tiles";
  }

  @Override
  public int size() {
    return firstTile[grids.length];
  }

  @Override
  public Categories categories() {
    return whole.categories();
  }

  @Override
  public Set<Task> tasks() {
    return whole.tasks();
  }

  @Override
  public SampleInfo info(int tile) {
    int image = imageOf(tile);
    SampleInfo info = whole.info(image);
    Window window = window(tile);
    ImageId id =
        grids[image].count() == 1
            ? info.imageId()
            : ImageId.of(info.imageId() + "@" + window.x() + "," + window.y());
    return new SampleInfo(id, info.file(), window.width(), window.height());
  }

  @Override
  public List<Segment> segments(int tile) {
    return shapes(imageOf(tile)).in(window(tile));
  }

  private ImageShapes shapes(int image) {
    synchronized (shapes) {
      ImageShapes known = shapes.get(image);
      if (known != null) {
        return known;
      }
    }
    ImageShapes made = new ImageShapes(whole.segments(image), grids[image].picture());
    synchronized (shapes) {
      shapes.put(image, made);
    }
    return made;
  }

  @Override
  public Photograph image(int tile) {
    int image = imageOf(tile);
    return pictures.read(image, window(tile), grids[image].picture());
  }

  @Override
  public Channels channels() {
    return whole.channels();
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public List<Label> labels(int tile) {
    return counts == null ? null : counts.labels(tile);
  }

  @Override
  public Optional<DatasetException> maskless(int index) {
    return whole.maskless(imageOf(index));
  }

  @Override
  public boolean hasTargets(int tile) {
    return counts == null || counts.labels(tile).stream().anyMatch(label -> !label.crowd());
  }
}
