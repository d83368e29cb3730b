package org.maskwright.trainer.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.maskwright.datasets.Size;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;

/**
 * A network that answers in other classes than its own: those of them that have the name of one of
 * its classes, whatever the case, with that one's probability, or are kinds of it, with their sum.
 * The classes that are chosen and no object are compared among themselves, as in training on a data
 * set of theirs; a class that the network does not have is never found.
 */
public final class ChosenClasses implements Network {
  private final Network own;
  private final ClassSpace classes;
  private final List<List<Integer>> from;

  /**
   * A network in other classes.
   *
   * @param own which has a logit for each of its classes
   */
  public ChosenClasses(Network own, ClassSpace classes) {
    this(own, classes, Map.of());
  }

  /**
   * As {@link #ChosenClasses(Network, ClassSpace)}, where classes of the network are kinds of
   * those.
   *
   * @param kinds of which of the classes each of the network's is a kind; empty: those of one name
   *     are one class
   */
  public ChosenClasses(Network own, ClassSpace classes, Map<String, String> kinds) {
    this.own = own;
    this.classes = classes;
    this.from = places(own.classSpace(), classes.names(), kinds);
  }

  private static List<List<Integer>> places(
      ClassSpace model, List<String> names, Map<String, String> kinds) {
    if (kinds.isEmpty()) {
      return Arrays.stream(model.places(names))
          .mapToObj(k -> k < 0 ? List.<Integer>of() : List.of(k))
          .toList();
    }
    List<String> own = model.names();
    return names.stream()
        .map(
            name ->
                IntStream.range(0, own.size())
                    .filter(k -> name.equals(kinds.get(own.get(k))))
                    .boxed()
                    .toList())
        .toList();
  }

  private Seen chosen(Seen seen) {
    return new Seen(seen.outputs().choosing(from), seen.paddedHeight(), seen.paddedWidth());
  }

  @Override
  public ClassSpace classSpace() {
    return classes;
  }

  @Override
  public Seen run(float[] pixels, int height, int width, Optional<Layers> layers) {
    return chosen(own.run(pixels, height, width, layers));
  }

  @Override
  public List<Seen> runAll(float[] pixels, int pictures, int height, int width) {
    return own.runAll(pixels, pictures, height, width).stream().map(this::chosen).toList();
  }

  @Override
  public SeenClip runClip(
      float[] pixels, int frames, int height, int width, Optional<List<float[]>> before) {
    SeenClip seen = own.runClip(pixels, frames, height, width, before);
    return new SeenClip(
        seen.frames().stream().map(frame -> frame.choosing(from)).toList(),
        seen.states(),
        seen.paddedHeight(),
        seen.paddedWidth());
  }

  @Override
  public int inputs() {
    return own.inputs();
  }

  @Override
  public boolean classifiesPixels() {
    return own.classifiesPixels();
  }

  @Override
  public FamilyRules rules() {
    return own.rules();
  }

  @Override
  public int sizeDivisibility() {
    return own.sizeDivisibility();
  }

  @Override
  public Optional<Size> largest() {
    return own.largest();
  }

  @Override
  public Optional<Size> only() {
    return own.only();
  }

  @Override
  public ProcessGroup processes() {
    return own.processes();
  }

  @Override
  public Optional<SegmentationModel> prompted() {
    return own.prompted();
  }

  @Override
  public boolean takesClips() {
    return own.takesClips();
  }

  @Override
  public boolean carriesQueries() {
    return own.carriesQueries();
  }

  @Override
  public String toString() {
    return own + " as classes " + from;
  }
}
