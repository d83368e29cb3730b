package org.maskwright.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.trainer.config.InitSettings;

/** What weights started from, back to the first: by the provenance of the run that made each. */
final class Bases {
  private static final String FILE = "provenance.json";
  private static final int LEVELS = 3; // weights lie in RUN/backbone or RUN/checkpoints/NAME

  private Bases() {}

  /** Of a run that starts so, the nearest first. */
  static List<String> of(InitSettings init) {
    return init.model().or(init::backbone).map(Bases::of).orElse(List.of());
  }

  private static List<String> of(Path weights) {
    Optional<Path> file = provenance(weights);
    if (file.isEmpty()) {
      return List.of(weights.toString());
    }
    JsonTree made = JsonTree.read(file.get(), Set.of());
    List<String> out = new ArrayList<>();
    String data =
        made.find("data").flatMap(d -> d.find("train")).map(JsonTree::text).orElse("unknown data");
    out.add("%s, trained on %s".formatted(weights, data));
    made.find("bases").ifPresent(b -> b.elements().forEach(base -> out.add(base.text())));
    return out;
  }

  /** The file of the run that weights are of; links such as checkpoints/best are followed. */
  static Optional<Path> provenance(Path weights) {
    Path folder;
    try {
      folder = weights.toRealPath();
    } catch (IOException e) { // it is not there, which loading it says
      return Optional.empty();
    }
    for (int level = 0; level < LEVELS && folder != null; level++) {
      if (Files.isRegularFile(folder.resolve(FILE))) {
        return Optional.of(folder.resolve(FILE));
      }
      folder = folder.getParent();
    }
    return Optional.empty();
  }
}
