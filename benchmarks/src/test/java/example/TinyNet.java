package example;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/** A backbone of someone else: a convolution and a ReLU for each of the four maps. */
public final class TinyNet implements BackbonePart {
  private static final int STAGES = 4;

  @Override
  public String name() {
    return "tiny-net";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param width channels of the first map
   */
  public record Settings(@Doc("Channels of the first map; doubles with each.") int width)
      implements BackboneConfig {
    /** Checks the range. */
    public Settings {
      if (width < 1) {
        throw new IllegalArgumentException("width: expected at least 1, got " + width);
      }
    }

    @Override
    public Backbone build(Engine engine, int inputs) {
      if (width % 2 != 0) {
        throw new UnsupportedOperationException("odd widths are not written yet");
      }
      return new Net(engine, inputs, width);
    }
  }

  @Override
  public Map<String, BackboneConfig> published() {
    return Map.of("tiny-net", new Settings(16));
  }

  @Override
  public List<CheckpointFamily> families() {
    return List.of(
        CheckpointFamily.ofBackbone(
            KeyResource.of(TinyNet.class, "tiny-net.keymap"),
            "tiny net (example)",
            "public domain",
            keys -> keys.contains("tiny.0.weight")));
  }

  @Override
  public Optional<BackboneConfig> deduce(StateDict state) {
    String first = "backbone.stages.0.weight";
    return state.contains(first)
        ? Optional.of(new Settings(state.size(first, 0)))
        : Optional.empty();
  }

  private static final class Net extends Backbone {
    private final ModuleList<Conv2d> stages;
    private final int width;

    Net(Engine engine, int inputs, int width) {
      super(engine);
      this.width = width;
      stages = child("stages", new ModuleList<>(engine));
      int in = inputs;
      for (int s = 0; s < STAGES; s++) {
        int side = s == 0 ? 4 : 2;
        Tensor weight = Init.kaimingNormalFanOut(engine, initStream(), width << s, in, side, side);
        stages.add(new Conv2d(weight, engine.zeros(width << s), Conv2dSpec.of(side, 0)));
        in = width << s;
      }
    }

    @Override
    public List<Tensor> forward(Tensor pixels) {
      Tensor first = stage(0, pixels);
      Tensor second = stage(1, first);
      Tensor third = stage(2, second);
      return List.of(first, second, third, stage(3, third));
    }

    private Tensor stage(int s, Tensor x) {
      return engine().tidy(scope -> stages.asList().get(s).forward(x).relu());
    }

    @Override
    public List<Integer> channels() {
      return List.of(width, 2 * width, 4 * width, 8 * width);
    }
  }
}
