package org.maskwright.trainer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.settings.Doc;

final class ConfigReferenceTest {
  @TempDir private Path folder;

  enum Precision {
    FP32,
    BF16
  }

  @Doc("How steps are taken.")
  record Optimizer(@Doc("Base learning rate, above 0.") double learningRate) {}

  sealed interface Rate permits Flat, Poly {}

  @Doc("The base rate throughout.")
  record Flat() implements Rate {}

  record Poly(@Doc("Exponent.") double power) implements Rate {}

  record Root(
      @Doc("Folder of the data | set.") Path data,
      @Doc("Arithmetic.") Precision precision,
      @Doc("Where to start from.") Optional<Path> init,
      @Doc("Rates by name.") Map<String, Double> rates,
      @Doc("Sizes in pixels.") List<Integer> sizes,
      Optimizer optimizer,
      Rate rate) {}

  record Undocumented(int steps) {}

  @Test
  void holdsEveryKeyWithTypeDefaultAndMeaning() throws IOException {
    Path file = Files.writeString(folder.resolve("empty.conf"), "");
    var defaults =
        """
        precision = fp32
        rates { backbone = 0.1 }
        sizes = [1, 2]
        optimizer.learning-rate = 1e-4
        rate { type = poly, poly.power = 0.9 }
        """;
    ConfigFile config =
        ConfigFile.load(
            file, Optional.empty(), List.of(), ConfigFile.parse(defaults, Origins.REFERENCE));
    String markdown = ConfigReference.markdown(Root.class, config);
    String keys = markdown.substring(markdown.indexOf("\n| key"));
    assertEquals(
        """

        | key | value | default | meaning |
        |---|---|---|---|
        | `data` | a path | **required** | Folder of the data \\| set. |
        | `precision` | one of fp32, bf16 | `fp32` | Arithmetic. |
        | `init` | a path | none | Where to start from. |
        | `rates` | section of names, each a number | `{backbone=0.1}` | Rates by name. |
        | `sizes` | list, each a whole number | `[1,2]` | Sizes in pixels. |

        ## `optimizer`

        How steps are taken.

        | key | value | default | meaning |
        |---|---|---|---|
        | `learning-rate` | a number | `1.0E-4` | Base learning rate, above 0. |

        ## `rate`

        | key | value | default | meaning |
        |---|---|---|---|
        | `type` | one of flat, poly | `poly` | which section is used |

        ## `rate.flat`

        The base rate throughout.

        ## `rate.poly`

        | key | value | default | meaning |
        |---|---|---|---|
        | `power` | a number | `0.9` | Exponent. |
        """,
        keys);
  }

  @Test
  void aKeyWithoutAMeaningIsRefused() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> ConfigReference.markdown(Undocumented.class, ConfigFile.defaults()));
    assertTrue(error.getMessage().contains("Undocumented.steps"), error.getMessage());
  }
}
