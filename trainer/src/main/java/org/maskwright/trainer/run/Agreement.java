package org.maskwright.trainer.run;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.Versions;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.SettingsWriter;
import org.maskwright.trainer.source.EvaluatedData;

/**
 * Whether processes are about to train the same model on the same data, compared before they
 * exchange anything else: arrays of different sizes would be added up without an error.
 */
final class Agreement {
  private static final int SHOWN = 8;

  /**
   * Settings of a process that do not change what is learnt: where files are, what computes them.
   */
  private static final Set<String> OWN = Set.of("root", "threads", "workers");

  private Agreement() {}

  /**
   * Compares versions and settings.
   *
   * @throws ConfigException in every process, if one differs from the first
   */
  static void requireSettings(ProcessGroup group, RunSettings settings) {
    if (group.size() > 1) {
      Map<String, String> facts = new TreeMap<>();
      facts.put("version", Versions.current().toString());
      SettingsWriter.flatWithLists(settings)
          .forEach(
              (key, value) -> {
                if (!OWN.contains(key.substring(key.lastIndexOf('.') + 1))) {
                  facts.put(key, value);
                }
              });
      require(group, facts);
    }
  }

  /**
   * Compares data, engines and the shapes of what is learnt.
   *
   * @throws ConfigException in every process, if one differs from the first
   */
  static void requirePrepared(ProcessGroup group, Prepared prepared) {
    Map<String, String> data = new TreeMap<>();
    data.put("training data", prepared.data().fingerprint());
    data.put("validation data", EvaluatedData.fingerprint(prepared.val()));
    require(group, prepared.engine(), prepared.learner().task().model(), data);
  }

  /**
   * Compares engines, the shapes of a model and other facts by their names.
   *
   * @throws ConfigException in every process, if one differs from the first
   */
  static void require(ProcessGroup group, Engine engine, Module model, Map<String, String> own) {
    if (group.size() > 1) {
      Map<String, String> facts = new TreeMap<>(own);
      facts.put("engine", engine.description().replaceAll(", \\d+ threads|(?<=cuda):\\d+", ""));
      model
          .state()
          .forEach(
              (name, p) ->
                  facts.put(
                      "parameter " + name,
                      Arrays.toString(p.shape()) + (p.isTrainable() ? "" : " frozen")));
      require(group, facts);
    }
  }

  /**
   * Compares facts by their names.
   *
   * @throws ConfigException in every process, if one differs from the first
   */
  static void require(ProcessGroup group, Map<String, String> own) {
    List<String> lines = new ArrayList<>();
    own.forEach((what, value) -> lines.add(line(what) + "\t" + line(value)));
    List<byte[]> all = group.gather(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    Map<String, String> first = facts(all.get(0));
    List<String> differences = new ArrayList<>();
    for (int rank = 1; rank < all.size(); rank++) {
      Map<String, String> other = facts(all.get(rank));
      Set<String> names = new TreeSet<>(first.keySet());
      names.addAll(other.keySet());
      for (String name : names) {
        String expected = first.getOrDefault(name, "none");
        String got = other.getOrDefault(name, "none");
        if (!expected.equals(got)) {
          differences.add(
              "%s: %s: %s".formatted(group.name(rank), name, got) + "; first: " + expected);
        }
      }
    }
    if (!differences.isEmpty()) {
      String more =
          differences.size() > SHOWN ? "\n  and " + (differences.size() - SHOWN) + " more" : "";
      throw new ConfigException(
          "processes differ from "
              + group.name(0)
              + "; start all with one version, one configuration and the same data, on machines of"
              + " one kind:\n"
              + "  "
              + String.join("\n  ", differences.subList(0, Math.min(SHOWN, differences.size())))
              + more);
    }
  }

  private static String line(String text) {
    return text.replaceAll("[\\t\\r\\n]", " ");
  }

  private static Map<String, String> facts(byte[] bytes) {
    Map<String, String> out = new TreeMap<>();
    new String(bytes, StandardCharsets.UTF_8)
        .lines()
        .forEach(
            line -> {
              int tab = line.indexOf('\t');
              out.put(line.substring(0, tab), line.substring(tab + 1));
            });
    return out;
  }
}
