package org.maskwright.trainer.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.head.ClassSpace;

/**
 * Broken configurations: settings or a {@link ConfigException}, never another error; and of
 * settings that were accepted everything can be made. {@code -Dmaskwright.fuzz.mutants=N} makes it
 * a campaign, {@code maskwright.fuzz.seed} another one.
 */
class ConfigFuzzTest {
  private static final int MUTANTS = Integer.getInteger("maskwright.fuzz.mutants", 60);
  private static final long SEED = Long.getLong("maskwright.fuzz.seed", 1);

  private static final Pattern TOKEN =
      Pattern.compile("-?\\d+(\\.\\d+)?(E-?\\d+)?|\"[^\"]*\"|[\\w-]+|[{}\\[\\]:=,]|\\n");

  private static final List<String> TOKENS =
      List.of(
          "0",
          "-1",
          "1",
          "3",
          "64",
          "2147483648",
          "9223372036854775807",
          "99999999999999999999",
          "1e400",
          "-1e3",
          "0.5",
          "NaN",
          "null",
          "true",
          "[]",
          "{}",
          "[[]]",
          "[1,2]",
          "\"\"",
          "\"\\u0000\"",
          "${model}",
          "${?HOME}",
          "${nowhere}",
          "include \"nowhere\"",
          "5 minutes",
          "16 kB",
          ",",
          "]",
          "}",
          "+=",
          "#");

  @TempDir private Path folder;
  private final SplittableRandom random = new SplittableRandom(SEED);

  private static ConfigFile load(String name, List<String> overrides) {
    return load(name, Optional.empty(), overrides);
  }

  private static ConfigFile load(String name, Optional<String> model, List<String> overrides) {
    return ConfigFile.load(Path.of("../configs").resolve(name + ".conf"), model, overrides);
  }

  /** Binds, and makes what a run makes of settings before it reads data; whether they were good. */
  private static boolean accepted(ConfigFile config) {
    RunSettings settings;
    try {
      settings = config.bind(RunSettings.class);
    } catch (ConfigException e) {
      assertFalse(e.getMessage().isBlank());
      return false;
    }
    settings.schedule().over(settings.train().steps()).factor(0);
    settings.augment().pipeline(settings.task());
    settings.engine().options(settings.seed());
    if (isSmall(settings.model())) {
      try (Engine engine = Engine.shapesOnly()) {
        SegmentationModels.build(engine, settings.model(), ClassSpace.ofSize(3)).close();
      }
    }
    return true;
  }

  /** Of a large model the initial values alone take seconds. */
  private static boolean isSmall(ModelConfig model) {
    return model.hiddenDim() <= 64
        && model.maskDim() <= 64
        && model.backbone() instanceof ResNetPart.Settings resnet
        && resnet.width() <= 64
        && resnet.blocks().stream().allMatch(n -> n <= 3)
        && resnet.block() == ResNetPart.Block.BASIC;
  }

  @ParameterizedTest
  @CsvSource({
    "quickstart,",
    "coco/panoptic, maskformer-r50-encoder",
    "ade20k/semantic, mask2former-swin-t",
    "ade20k/semantic, per-pixel-plus-r50"
  })
  void aBrokenFileIsSettingsOrAConfigException(String name, String model) throws IOException {
    String original = load(name, Optional.ofNullable(model), List.of()).render();
    Path file = folder.resolve("mutant.conf");
    int good = 0;
    for (int i = 0; i < MUTANTS; i++) {
      String mutant = random.nextInt(4) == 0 ? mutateBytes(original) : mutateTokens(original);
      Files.writeString(file, mutant, StandardCharsets.ISO_8859_1);
      good += reads(i, mutant, file) ? 1 : 0;
    }
    assertTrue(good > 0 && good < MUTANTS, good + " were accepted");
  }

  private static boolean reads(int mutant, String text, Path file) {
    try {
      return accepted(ConfigFile.load(file, List.of()));
    } catch (ConfigException e) {
      assertFalse(e.getMessage().isBlank());
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("mutant " + mutant + " of seed " + SEED + ": " + e + "\n" + text, e);
    }
  }

  @Test
  void aBrokenOverrideIsSettingsOrAConfigException() {
    List<String> paths =
        load("quickstart", List.of()).entries().stream().map(ConfigFile.Entry::path).toList();
    int good = 0;
    for (int i = 0; i < MUTANTS; i++) {
      List<String> overrides = new ArrayList<>();
      for (int k = random.nextInt(3); k >= 0; k--) {
        String path = paths.get(random.nextInt(paths.size()));
        String value = TOKENS.get(random.nextInt(TOKENS.size()));
        overrides.add(
            random.nextInt(8) == 0 ? mutateBytes(path + "=" + value) : path + "=" + value);
      }
      try {
        good += accepted(load("quickstart", overrides)) ? 1 : 0;
      } catch (ConfigException e) {
        assertFalse(e.getMessage().isBlank());
      } catch (RuntimeException | Error e) {
        throw new AssertionError(overrides + " of seed " + SEED + ": " + e, e);
      }
    }
    assertTrue(good > 0 && good < MUTANTS, good + " were accepted");
  }

  /** One to three tokens replaced, dropped or doubled. */
  private String mutateTokens(String text) {
    String mutant = text;
    for (int k = random.nextInt(3); k >= 0; k--) {
      List<MatchResult> tokens = TOKEN.matcher(mutant).results().toList();
      MatchResult token = tokens.get(random.nextInt(tokens.size()));
      String instead =
          switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> token.group() + token.group();
            case 2 -> tokens.get(random.nextInt(tokens.size())).group();
            default -> TOKENS.get(random.nextInt(TOKENS.size()));
          };
      mutant = mutant.substring(0, token.start()) + instead + mutant.substring(token.end());
    }
    return mutant;
  }

  private String mutateBytes(String text) {
    var mutant = new StringBuilder(text);
    for (int k = random.nextInt(3); k >= 0; k--) {
      mutant.setCharAt(random.nextInt(mutant.length()), (char) random.nextInt(256));
    }
    return mutant.toString();
  }
}
