package org.maskwright.modelzoo.head;

import org.maskwright.engine.tensor.Engine;

/** One linear layer, for the classes that a model is trained with: {@link LinearClassHead}. */
public final class LinearHeadPart implements ClassHeadPart {
  @Override
  public String name() {
    return "linear";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** Nothing to set. */
  public record Settings() implements ClassHeadConfig {
    @Override
    public ClassHeads of(ClassSpace space) {
      return new Heads(space, this);
    }
  }

  private record Heads(ClassSpace space, Settings settings) implements ClassHeads {
    @Override
    public ClassHead of(Engine engine, int channels) {
      return new LinearClassHead(engine, channels, space);
    }
  }
}
