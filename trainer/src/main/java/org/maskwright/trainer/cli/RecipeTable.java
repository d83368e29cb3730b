package org.maskwright.trainer.cli;

import java.util.List;
import org.maskwright.trainer.config.Recipe;

/** Published recipes as a table. */
final class RecipeTable {
  private RecipeTable() {}

  /** The page docs/recipes.md. */
  static String markdown(List<Recipe> recipes) {
    StringBuilder out =
        new StringBuilder(
            """
            # Published recipes

            Made by `./maskwright config recipes configs/*/*.conf`. A recipe is an experiment and a model: the experiment's file says the data, the crops, the
            schedule and the evaluation, the model's file in `configs/models` the network and its family's optimiser, and the section `recipes` of the experiment what
            the pair changes. `./maskwright config show EXPERIMENT --model MODEL` prints every value and where it is written. Set `data.root` to the data set's folder and
            `init.backbone` to weights trained on ImageNet. The results are the authors', for one scale; none of these recipes was trained here.

            | recipe | published result | on |
            |---|---|---|
            """);
    for (Recipe recipe : recipes) {
      out.append(
          "| `./maskwright train %s --model %s` | %s | %s |%n"
              .formatted(recipe.experiment(), recipe.model(), recipe.result(), recipe.hardware()));
    }
    return out.toString();
  }

  static String json(List<Recipe> recipes) {
    return JsonLines.value(
        json -> {
          json.useDefaultPrettyPrinter();
          json.writeStartArray();
          for (Recipe recipe : recipes) {
            json.writeStartObject();
            json.writeStringField("experiment", recipe.experiment());
            json.writeStringField("model", recipe.model());
            json.writeStringField("result", recipe.result());
            json.writeStringField("hardware", recipe.hardware());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
