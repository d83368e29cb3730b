package org.maskwright.trainer.eval;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.eval.EvaluatedImages.Evaluated;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.SentResults;

/**
 * The images of an evaluation, in the order of the data set, wherever they are computed: each
 * process computes its own, one at a time, and all of them go to process 0. The other processes are
 * told of each image too, without its results, so that all know when enough is done.
 *
 * <p><b>Memory</b> an image's results of each process, and more only where images are skipped.
 */
final class SharedImages implements AutoCloseable {
  private final ProcessGroup group;
  private final EvaluatedImages own;
  private final List<ResultKind<?>> kinds;
  private final ClassSpace classes;
  private final List<Deque<Evaluated>> ready = new ArrayList<>(); // of each process
  private final boolean[] ended;

  /**
   * @param own this process's images; closed with this
   */
  SharedImages(
      ProcessGroup group, EvaluatedImages own, List<ResultKind<?>> kinds, ClassSpace classes) {
    this.group = group;
    this.own = own;
    this.kinds = kinds;
    this.classes = classes;
    this.ended = new boolean[group.size()];
    for (int rank = 0; rank < group.size(); rank++) {
      ready.add(new ArrayDeque<>());
    }
  }

  /** Whether a process computes an image. */
  static boolean isOf(ProcessGroup group, List<ResultKind<?>> kinds, int image) {
    return image % group.size() == group.rank() && SentResults.serves(kinds)
        || group.rank() == 0 && !SentResults.serves(kinds);
  }

  /** The next image; empty after the last one. */
  Optional<Evaluated> next() {
    if (group.size() == 1) {
      return own.next();
    }
    while (true) {
      boolean known = true; // of each process that goes on, its next image
      int first = -1;
      for (int rank = 0; rank < ended.length; rank++) {
        Evaluated image = ready.get(rank).peek();
        known &= image != null || ended[rank];
        if (image != null && (first < 0 || image.index() < ready.get(first).peek().index())) {
          first = rank;
        }
      }
      if (known) {
        return first < 0 ? Optional.empty() : Optional.of(ready.get(first).poll());
      }
      exchange();
    }
  }

  /** One more image of each process. */
  private void exchange() {
    Optional<Evaluated> mine = ended[group.rank()] ? Optional.empty() : own.next();
    List<byte[]> all = group.gather(mine.map(this::bytes).orElse(new byte[0]));
    for (int rank = 0; rank < all.size(); rank++) {
      ended[rank] |= all.get(rank).length == 0;
      if (!ended[rank]) {
        ready.get(rank).add(rank == group.rank() ? mine.orElseThrow() : read(all.get(rank)));
      }
    }
  }

  private byte[] bytes(Evaluated image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(image.index());
      out.writeInt(image.size().width());
      out.writeInt(image.size().height());
      out.writeInt(image.losses().images());
      out.writeInt(image.losses().values().size());
      for (LossPart part : image.losses().values()) {
        out.writeUTF(part.name());
        out.writeDouble(part.value());
      }
      if (group.rank() != 0) { // which is where they are needed
        SentResults.write(image.results(), kinds, out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private Evaluated read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int index = in.readInt();
      Size size = new Size(in.readInt(), in.readInt());
      int images = in.readInt();
      int count = in.readInt();
      List<LossPart> parts = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        parts.add(new LossPart(in.readUTF(), in.readDouble()));
      }
      List<ResultKind<?>> sent = group.rank() == 0 ? kinds : List.of();
      return new Evaluated(
          index,
          size,
          SentResults.read(sent, classes, in),
          new ValidationLoss.Parts(images, parts));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  /** One message for each image that any process left out, each once. */
  List<String> skipped() {
    List<String> out = new ArrayList<>();
    for (byte[] each :
        group.gather(String.join("\n", own.skipped()).getBytes(StandardCharsets.UTF_8))) {
      new String(each, StandardCharsets.UTF_8).lines().forEach(out::add);
    }
    return out;
  }

  /** What the results should be read with. */
  Optional<String> note() {
    return own.note();
  }

  @Override
  public void close() {
    own.close();
  }
}
