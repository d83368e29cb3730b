package org.maskwright.trainer.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** The process that {@link CheckpointStoreIT} kills: writes one checkpoint after the other. */
final class CheckpointWriterMain {
  static final int FILE_BYTES = 1 << 20;

  private CheckpointWriterMain() {}

  public static void main(String[] args) {
    CheckpointStore store = CheckpointStore.open(Path.of(args[0]), 2);
    long step = store.latest().map(CheckpointStore.Checkpoint::step).orElse(0L);
    // As a resumed run does: the last process may have been killed between a checkpoint and its
    // mark.
    store.latest().filter(newest -> newest.step() % 3 == 0).ifPresent(store::markBest);
    while (true) {
      long next = ++step;
      System.out.println("writing " + next);
      var written =
          store.write(
              next,
              folder -> {
                Files.write(folder.resolve("model.bin"), content(next));
                Files.createDirectory(folder.resolve("optimizer"));
                Files.write(folder.resolve("optimizer/state.bin"), content(-next));
                Files.writeString(folder.resolve("step.txt"), Long.toString(next));
              });
      if (next % 3 == 0) {
        store.markBest(written);
      }
      System.out.println("wrote " + next);
    }
  }

  static byte[] content(long seed) {
    var bytes = new byte[FILE_BYTES];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
