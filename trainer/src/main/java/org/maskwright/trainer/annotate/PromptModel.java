package org.maskwright.trainer.annotate;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.prompt.EncodedPicture;
import org.maskwright.trainer.prompt.Prompt;
import org.maskwright.trainer.prompt.PromptMask;
import org.maskwright.trainer.prompt.PromptPredictor;
import org.maskwright.trainer.result.MaskRuns;

/** A {@link PromptPredictor} on a thread of its own, which keeps the pictures it has seen last. */
final class PromptModel implements MaskPrompter {
  private static final int KEPT = 4;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "prompts");
            made.setDaemon(true);
            return made;
          });
  private final Map<Path, EncodedPicture> seen = new LinkedHashMap<>(KEPT, 0.75f, true);
  private Engine engine;
  private PromptPredictor predictor;
  private volatile Path wanted;

  /**
   * Opens a model folder.
   *
   * @throws org.maskwright.modelzoo.weights.CheckpointException if it holds no model
   * @throws IllegalArgumentException if it is no model that answers prompts
   */
  PromptModel(Supplier<Engine> engines, Path folder) {
    try {
      run(
          () -> {
            engine = engines.get();
            predictor = PromptPredictor.open(engine, folder);
          });
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Runs on the thread of the model, and hands over what is thrown there. */
  private void run(Runnable work) {
    try {
      thread.submit(work).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("prompts: interrupted", e);
    }
  }

  @Override
  public void look(Path picture) {
    wanted = picture;
    thread.execute(
        () -> {
          if (picture.equals(wanted)) { // else another was opened in the meantime
            try {
              encoded(picture);
            } catch (RuntimeException e) {
              // the first prompt will say it
            }
          }
        });
  }

  private EncodedPicture encoded(Path picture) {
    EncodedPicture known = seen.get(picture);
    if (known != null) {
      return known;
    }
    Channels channels = predictor.normalization().channels();
    EncodedPicture made = predictor.encode(PhotographFile.read(picture, channels));
    seen.put(picture, made);
    if (seen.size() > KEPT) {
      Path oldest = seen.keySet().iterator().next();
      seen.remove(oldest).close();
    }
    return made;
  }

  @Override
  public Answer answer(Path picture, Prompt prompt) {
    Answer[] out = new Answer[1];
    run(
        () -> {
          PromptMask mask = encoded(picture).answer(prompt);
          out[0] = new Answer(MaskRuns.rle(mask.mask()), mask.quality());
        });
    return out[0];
  }

  @Override
  public void close() {
    try {
      run(
          () -> {
            seen.values().forEach(EncodedPicture::close);
            seen.clear();
            if (predictor != null) {
              predictor.close();
            }
            if (engine != null) {
              engine.close();
            }
          });
    } finally {
      thread.shutdown();
    }
  }
}
