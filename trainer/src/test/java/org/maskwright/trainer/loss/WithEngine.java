package org.maskwright.trainer.loss;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Scope;

/** Tests on one engine, each in a scope of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class WithEngine {
  protected Engine engine;
  private Scope scope;

  @BeforeAll
  void open() {
    engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
  }

  @AfterAll
  void close() {
    engine.close();
  }

  @BeforeEach
  void enter() {
    scope = engine.scope();
  }

  @AfterEach
  void leave() {
    scope.close();
  }
}
