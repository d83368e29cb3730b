package org.maskwright.trainer.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.FamilyRules;

/**
 * A network that answers in other classes than its own: those of them that have the name of one of
 * its classes, whatever the case, with that one's logit. The classes that are chosen and no object
 * are compared among themselves, as in training on a data set of theirs; a class that the network
 * does not have is never found.
 */
public final class ChosenClasses implements Network {
  private final Network own;
  private final ClassSpace classes;
  private final int[] from;

  /**
   * A network in other classes.
   *
   * @param own which has a logit for each of its classes
   */
  public ChosenClasses(Network own, ClassSpace classes) {
    this.own = own;
    this.classes = classes;
    this.from = own.classSpace().places(classes.names());
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
    return own + " as classes " + Arrays.toString(from);
  }
}
