package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.datasets.image.ImageWindows;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.prompt.Click;
import org.maskwright.trainer.prompt.PromptBox;
import org.maskwright.trainer.prompt.PromptFiles;
import org.maskwright.trainer.prompt.PromptPredictor;
import org.maskwright.trainer.prompt.PromptWishes;
import org.maskwright.trainer.run.Console;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code predict} of a model that answers prompts: its options, and what it does. */
final class PromptMixin {
  private static final String NUMBER = "(\\d+(?:\\.\\d+)?)";
  private static final Pattern POINT = Pattern.compile(NUMBER + "," + NUMBER + "([+-]?)");
  private static final Pattern BOX =
      Pattern.compile(String.join(",", NUMBER, NUMBER, NUMBER, NUMBER));

  /** Options of {@code predict} that mean nothing where a model is asked. */
  static final List<String> OTHERS =
      List.of(
          "--video",
          "--overlay",
          "--fps",
          "--window",
          "--window-overlap",
          "--per-frame",
          "--task",
          "--threshold",
          "--short-edge",
          "--rules",
          "--format",
          "--simplify",
          "--tile",
          "--overlap",
          "--processes");

  @Option(
      names = "--point",
      paramLabel = "X,Y[+|-]",
      description =
          "With a model of prompts (Segment Anything): a pixel on the object, or behind it"
              + " a - where it is not. Several times for several of one object.")
  private List<String> points = List.of();

  @Option(
      names = "--box",
      paramLabel = "X0,Y0,X1,Y1",
      description =
          "Of a model that answers prompts: a box around the object, in pixels. Several times,"
              + " without points, for an object each.")
  private List<String> boxes = List.of();

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description =
          "Of a model that answers prompts: a mask of the object to be corrected, a PNG of the"
              + " photograph's size, 0 (black) outside; such as an earlier NAME.mask-1.png.")
  private Optional<Path> mask = Optional.empty();

  @Option(
      names = "--multimask",
      description =
          "Of a model that answers prompts: three masks of each object, as a point may mean a part"
              + " or the whole, in place of the one that the model thinks best.")
  private boolean multimask;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Whether something is asked with prompts. */
  boolean given() {
    return !points.isEmpty() || !boxes.isEmpty() || mask.isPresent() || multimask;
  }

  /**
   * Answers about one photograph.
   *
   * @throws ParameterException if prompts and other options are not such as can be answered
   */
  int predict(Path model, List<Path> images, Path out, EngineMixin engine, JsonOption json) {
    OptionWish.none(spec, OTHERS, "--point, --box, --mask and --multimask");
    PromptWishes wishes = wishes();
    requireAnswers(model);
    Photograph photograph = photograph(images);
    OutputFolder folder = OutputFolder.open(out);
    String name = Photographs.outputNames(List.of(photograph)).get(0);
    folder.requireFree(name + ".png", name + ".json");
    ModelFile file = ModelFolder.describe(model);
    PromptFiles.Written written;
    try (ImageWindows picture = ImageWindows.open(photograph.file(), file.channels())) {
      OptionWish.of(
          spec,
          () -> {
            wishes.requireInside(picture.size());
            return wishes;
          });
      try (Console console = Terminal.console(spec);
          Engine opened = engine.open();
          PromptPredictor predictor = PromptPredictor.open(opened, model)) {
        written = PromptFiles.write(predictor, picture, name, photograph.name(), wishes, folder);
        console.line(
            String.format(
                Locale.ROOT,
                "encoded in %.2f s, answered in %.0f ms",
                written.encodeSeconds(),
                1000 * written.answerSeconds()));
      }
    }
    report(written, json);
    return ExitCode.OK.code();
  }

  private void requireAnswers(Path model) {
    if (!PromptPredictor.isFor(model)) {
      throw refused(
          "--point, --box, --mask, --multimask: expected a model folder that answers prompts (model.decoder.type = prompts, such as an imported sam_vit_b), got %s; leave them out"
              .formatted(model));
    }
  }

  private Photograph photograph(List<Path> images) {
    List<Photograph> found = images.isEmpty() ? List.of() : Photographs.find(images);
    if (found.size() != 1) {
      throw refused(
          "IMAGE: expected one photograph, which points, boxes and the mask are of, got "
              + (found.isEmpty() ? "none" : found.size()));
    }
    return found.get(0);
  }

  private PromptWishes wishes() {
    return OptionWish.of(
        spec,
        () ->
            new PromptWishes(
                points.stream().map(PromptMixin::point).toList(),
                boxes.stream().map(PromptMixin::box).toList(),
                mask.map(PromptMixin::mask),
                multimask));
  }

  private static Click point(String text) {
    Matcher at = POINT.matcher(text);
    if (!at.matches()) {
      throw new IllegalArgumentException(
          "point: expected X,Y in pixels such as 320,200, with - behind it where the object is not,"
              + " got "
              + text);
    }
    return new Click(number(at, 1), number(at, 2), !at.group(3).equals("-"));
  }

  private static PromptBox box(String text) {
    Matcher at = BOX.matcher(text);
    if (!at.matches()) {
      throw new IllegalArgumentException(
          "box: expected X0,Y0,X1,Y1 in pixels such as 100,80,420,300, got " + text);
    }
    return new PromptBox(number(at, 1), number(at, 2), number(at, 3), number(at, 4));
  }

  private static double number(Matcher at, int group) {
    return Double.parseDouble(at.group(group));
  }

  private static Rle mask(Path file) {
    LabelMap map = LabelPng.read(file);
    int[] labels = map.labels();
    byte[] bitmap = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      bitmap[i] = (byte) (labels[i] == 0 ? 0 : 1);
    }
    return Rle.ofBitmap(bitmap, map.height(), map.width());
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void report(PromptFiles.Written written, JsonOption json) {
    PrintWriter lines = spec.commandLine().getOut();
    json.report(
        lines,
        () -> {
          List<String> rows = new ArrayList<>();
          for (PromptFiles.Mask mask : written.masks()) {
            rows.add(
                String.format(
                    Locale.ROOT,
                    "object %d%s: quality %.3f, %,d pixels, %s",
                    mask.answer().object(),
                    mask.answer().hypothesis() > 0
                        ? ", hypothesis " + mask.answer().hypothesis()
                        : "",
                    mask.answer().quality(),
                    mask.answer().mask().area(),
                    mask.file()));
          }
          rows.forEach(lines::println);
          lines.println("to look at: " + written.picture());
        },
        () ->
            JsonLines.value(
                g -> {
                  g.writeStartArray();
                  for (PromptFiles.Mask mask : written.masks()) {
                    g.writeStartObject();
                    PromptFiles.writeFields(mask, g);
                    g.writeEndObject();
                  }
                  g.writeEndArray();
                }));
  }
}
