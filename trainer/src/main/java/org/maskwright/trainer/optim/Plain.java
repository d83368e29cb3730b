package org.maskwright.trainer.optim;

import org.maskwright.engine.nn.Module;
import org.maskwright.settings.Doc;

/** One gradient, at the present weights. */
public final class Plain implements MethodKind {
  /** Nothing to set. */
  @Doc("One gradient, at the present weights.")
  public record Settings() implements MethodSettings {
    @Override
    public Optimizer around(Optimizer base, Module model) {
      return base;
    }
  }

  @Override
  public String name() {
    return "plain";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
