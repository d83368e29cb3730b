package org.maskwright.trainer.annotate;

import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.trainer.http.ServerSettings;

/** An annotation server in a process of its own, to be killed. */
final class AnnotateChild {
  private AnnotateChild() {}

  /**
   * Says its address and waits for its end.
   *
   * @param args folder, port, token
   */
  public static void main(String[] args) throws Exception {
    AnnotateServer server =
        AnnotateServer.start(
            AnnotateWishes.of(Path.of(args[0]), "cat", "dog"),
            ServerSettings.local()
                .at("127.0.0.1", Integer.parseInt(args[1]))
                .withToken(Optional.of(args[2])),
            () -> {
              throw new AssertionError("no engine is needed");
            },
            Throwable::printStackTrace);
    System.out.println(server.link());
    System.out.flush();
    Thread.currentThread().join();
  }
}
