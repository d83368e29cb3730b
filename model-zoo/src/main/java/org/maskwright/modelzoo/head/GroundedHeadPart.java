package org.maskwright.modelzoo.head;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.settings.Doc;

/** Any object, and where it lies among words: {@link GroundedClassHead}. */
public final class GroundedHeadPart implements ClassHeadPart {
  @Override
  public String name() {
    return "grounded";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param bank whose space of words it is; not needed where the table is known and no classes are
   *     asked for
   * @param temperature 1 over what cosines are multiplied by at first
   * @param layers of the projection of a query's state
   * @param table what was read; written into models
   */
  public record Settings(
      @Doc(
              "Text bank in whose space of words regions are placed, read when training starts; a model finds the words of classes in it as long as it is there.")
          Optional<Path> bank,
      @Doc("Cosines are divided by it, above 0; learnt from there, down to 0.01.")
          double temperature,
      @Doc(
              "Layers of the MLP that projects a query's state to the words' space; 1: a linear layer.")
          int layers,
      @Doc("What was read of the bank; not set by hand.") Optional<WordsHeadPart.Table> table)
      implements ClassHeadConfig {
    /** Checks the ranges. */
    public Settings {
      WordsHeadPart.requireProjection(bank, table, temperature, layers);
    }

    @Override
    public boolean speaksWords() {
      return true;
    }

    @Override
    public ClassHeads of(ClassSpace space) {
      if (space.size() != 1) {
        throw new IllegalArgumentException(
            "model.class-head.grounded: expected one class of any object, got %d; name them so with data.source.classes = { \"*\" = object }"
                .formatted(space.size()));
      }
      List<WordClass> object = List.of(WordClass.named(space.classes().get(0).name()));
      WordsHeadPart.Table known =
          table.orElseGet(() -> WordsHeadPart.Table.of(TextBank.read(bank.orElseThrow()), object));
      return new Heads(space, new Settings(bank, temperature, layers, Optional.of(known)));
    }
  }

  private record Heads(ClassSpace space, Settings settings) implements ClassHeads {
    @Override
    public ClassHead of(Engine engine, int channels) {
      return new GroundedClassHead(engine, channels, space, settings);
    }
  }
}
