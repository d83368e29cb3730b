package org.maskwright.trainer.result;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.settings.ExtensionException;
import org.maskwright.settings.Registry;

/** The kinds of result that there are: Maskwright's own first, then others'. */
public final class ResultKinds {
  private static final String LOSS = "loss"; // before the names of validation losses

  private ResultKinds() {}

  @SuppressWarnings("rawtypes") // a class literal has no type arguments
  private static Registry<ResultKind> registry() {
    return Registry.of(ResultKind.class);
  }

  /**
   * All of them.
   *
   * @throws ExtensionException if one cannot be used; see {@link Registry#of}
   */
  public static List<ResultKind<?>> all() {
    List<ResultKind<?>> kinds = new ArrayList<>();
    for (ResultKind<?> kind : registry().variants()) {
      kinds.add(checked(kind));
    }
    return kinds;
  }

  /** Those that come with Maskwright. */
  static List<ResultKind<?>> builtIn() {
    return all().stream().filter(kind -> Registry.isOurs(kind.getClass())).toList();
  }

  /** Names as {@code eval.tasks} may have them. */
  public static List<String> names() {
    return registry().names();
  }

  /** Names of those that a model that classifies pixels can give too. */
  public static List<String> namesWithoutMasks() {
    return all().stream().filter(kind -> !kind.needsMasks()).<String>map(ResultKind::name).toList();
  }

  /**
   * Names of those that a model can give.
   *
   * @param asked the mask decoder of a model that is asked; empty: of any other model
   */
  public static List<String> namesOf(Optional<DecoderConfig> asked) {
    return all().stream()
        .filter(
            kind ->
                kind.asking()
                    .map(asking -> asked.map(asking::serves).orElse(false))
                    .orElse(asked.isEmpty()))
        .<String>map(ResultKind::name)
        .toList();
  }

  /**
   * The kind of a name.
   *
   * @throws IllegalArgumentException if there is none, with the nearest name and all of them
   * @throws ExtensionException if it cannot be used
   */
  public static ResultKind<?> get(String name) {
    return checked(registry().get(name));
  }

  /** A kind, if it measures something by names of its own. */
  static ResultKind<?> checked(ResultKind<?> kind) {
    Set<String> metrics = new HashSet<>();
    boolean named = kind.metrics().stream().map(Metric::name).allMatch(metrics::add);
    if (kind.name().equals(LOSS) || metrics.isEmpty() || !named) {
      throw new ExtensionException(
          KindFailure.name(kind)
              + ": expected a name other than "
              + LOSS
              + " and one metric or more, each once, got "
              + kind.metrics());
    }
    return kind;
  }
}
