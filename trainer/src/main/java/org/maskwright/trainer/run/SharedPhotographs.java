package org.maskwright.trainer.run;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.eval.PredictedPhotograph;
import org.maskwright.trainer.result.ImageResult;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.SentResults;

/**
 * Photographs that the processes of a group predict in turn: of n processes the one of rank r those
 * numbered r, r + n and so on. What is to be written of all of them comes to process 0, in order.
 *
 * <p><b>Memory</b> a photograph with its result in each process; of several processes what is
 * written of one photograph of each.
 *
 * @param classes of the model
 * @param whole whether results go to process 0 too, for files of formats
 */
record SharedPhotographs(
    ProcessGroup group,
    ResultKind<?> kind,
    ClassSpace classes,
    ScoreThresholds thresholds,
    boolean whole) {
  private static final byte[] NOTHING = {};

  /**
   * What is to be written of a photograph.
   *
   * @param result of another process only where it was asked for
   */
  record Seen(
      List<String> notes,
      OutputFile.Content picture,
      OutputFile.Content json,
      Optional<ImageResult<?>> result) {}

  /** Takes what came of each photograph, in process 0. */
  interface Sink {
    /** A photograph that was read. */
    void seen(int number, Seen seen);

    /** One that was not. */
    void broken(int number, DatasetException why);
  }

  /** Whether results have to be sent and cannot be: process 0 then predicts all photographs. */
  static boolean needsOneProcess(ResultKind<?> kind, boolean whole) {
    return whole && !SentResults.serves(List.of(kind));
  }

  /** Whether a photograph is at fault, and not what was to be written. */
  static boolean isOf(Photograph photograph, DatasetException e) {
    return e.file().equals(Optional.of(photograph.file().toString()));
  }

  /**
   * Predicts this process's photographs, and in process 0 takes those of all.
   *
   * @param photographs of all processes
   */
  void each(
      List<Photograph> photographs,
      Function<Photograph, PredictedPhotograph<?>> predict,
      Sink sink) {
    for (int from = 0; from < photographs.size(); from += group.size()) {
      int mine = from + group.rank();
      if (group.rank() > 0) {
        group.gather(mine < photographs.size() ? sent(photographs.get(mine), predict) : NOTHING);
        continue;
      }
      Runnable own = own(mine, photographs.get(mine), predict, sink);
      List<byte[]> sent = group.gather(NOTHING);
      own.run(); // while the others go on
      for (int r = 1; r < group.size() && from + r < photographs.size(); r++) {
        receive(from + r, sent.get(r), sink);
      }
    }
  }

  private Runnable own(
      int number,
      Photograph photograph,
      Function<Photograph, PredictedPhotograph<?>> predict,
      Sink sink) {
    try {
      PredictedPhotograph<?> seen = predict.apply(photograph);
      byte[] picture = picture(seen);
      return () ->
          sink.seen(
              number,
              new Seen(
                  seen.notes(),
                  content(picture),
                  json(photograph, seen).indentedFile(),
                  Optional.of(seen.result())));
    } catch (DatasetException e) {
      requireOf(photograph, e);
      return () -> sink.broken(number, e);
    }
  }

  private static void requireOf(Photograph photograph, DatasetException e) {
    if (!isOf(photograph, e)) {
      throw e;
    }
  }

  private byte[] picture(PredictedPhotograph<?> seen) {
    RgbImage photo = seen.photograph();
    Overlay overlay = Overlay.on(photo.data(), photo.width(), photo.height());
    return seen.drawn().picture(overlay, thresholds).toPng();
  }

  private JsonContent json(Photograph photograph, PredictedPhotograph<?> seen) {
    return seen.result().json(photograph.name(), thresholds);
  }

  private static OutputFile.Content content(byte[] bytes) {
    return channel -> OutputFile.writeFully(channel, ByteBuffer.wrap(bytes));
  }

  private byte[] sent(Photograph photograph, Function<Photograph, PredictedPhotograph<?>> predict) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      try {
        PredictedPhotograph<?> seen = predict.apply(photograph);
        byte[] picture = picture(seen);
        out.writeBoolean(true);
        out.writeInt(seen.notes().size());
        for (String note : seen.notes()) {
          write(out, note.getBytes(StandardCharsets.UTF_8));
        }
        write(out, picture);
        write(out, json(photograph, seen).indentedBytes());
        if (whole) {
          SentResults.write(seen.result(), out);
        }
      } catch (DatasetException e) {
        requireOf(photograph, e);
        out.writeBoolean(false);
        write(out, e.getMessage().getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private void receive(int number, byte[] bytes, Sink sink) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (!in.readBoolean()) {
        sink.broken(number, new DatasetException(text(in)));
        return;
      }
      List<String> notes = new ArrayList<>();
      for (int n = in.readInt(); n > 0; n--) {
        notes.add(text(in));
      }
      OutputFile.Content picture = content(read(in));
      OutputFile.Content json = content(read(in));
      Optional<ImageResult<?>> result =
          whole ? Optional.of(SentResults.read(kind, classes, in)) : Optional.empty();
      sink.seen(number, new Seen(notes, picture, json, result));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] read(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(read(in), StandardCharsets.UTF_8);
  }
}
