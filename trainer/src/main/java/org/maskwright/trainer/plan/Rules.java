package org.maskwright.trainer.plan;

import com.typesafe.config.ConfigUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.catalog.ObjectSurvey;

/**
 * The rules by which data of one's own get their settings; docs/own-data.md lists them. Numbers
 * that are measured on the machine, such as how many steps fit into the time, come later.
 */
final class Rules {
  /** Pixels that an object should be wide at least in the model's input: six of its mask's. */
  private static final double OBJECT_SIDE = 24;

  /** As {@link #OBJECT_SIDE}, of the smallest tenth. */
  private static final double SMALL_OBJECT_SIDE = 12;

  /** Pictures are not enlarged more than this. */
  private static final double MOST_ENLARGED = 2;

  /** Objects are longer than the root of their area. */
  private static final double LONGER = 1.25;

  /** Pictures of so many tiles at least are trained on tile by tile. */
  private static final double TRAINED_TILES = 4;

  /** Where no objects are told apart pictures keep their size up to so many crops. */
  private static final double CLASSES_IN_CROPS = 2;

  /** Pictures that would be resized by less than this share stay as they are. */
  private static final double AS_THEY_ARE = 0.1;

  private static final String HELD_OUT =
      "a tenth of the images, chosen by a hash of their names, is held out where the data have no part to evaluate on";

  /**
   * On processors crops show no more objects than that: with three times as many in crops of four
   * times the area, queries take several times as long to learn which object is whose.
   */
  private static final int OBJECTS_IN_CROP = 10;

  private static final int SMALLEST_CROP = 128;

  private static final int DIVISIBILITY = 32;
  private static final int FEWEST_QUERIES = 20;
  private static final int MOST_QUERIES = 300;

  private final Facts facts;
  private final int crop;
  private final int batch;
  private final double scale;
  private final Optional<Tiling> tiles;

  private Rules(Facts facts, int crop) {
    this.facts = facts;
    double whole = Math.min(1, (double) crop / facts.longSide());
    double wished = Math.max(whole, wantedScale(crop));
    this.scale = Math.abs(wished - 1) < AS_THEY_ARE ? 1 : wished;
    int few = facts.accelerator() ? crop : Math.min(crop, cropOfFewObjects());
    this.crop = Math.min(few, roundUp(scale * facts.longSide(), DIVISIBILITY));
    this.batch = facts.accelerator() || 2 * this.crop * this.crop <= crop * crop ? 8 : 4;
    this.tiles = facts.objectsApart() && cropped() ? Optional.of(tiling()) : Optional.empty();
  }

  /** The scale at which small objects, or thin classes, are wide enough in the input. */
  private double wantedScale(int crop) {
    ObjectSurvey objects = facts.objects();
    if (!facts.objectsApart()) {
      return Math.min(1, CLASSES_IN_CROPS * crop / facts.longSide());
    }
    return objects.typicalSide() > 0
        ? Math.min(
            MOST_ENLARGED,
            Math.max(OBJECT_SIDE / objects.typicalSide(), SMALL_OBJECT_SIDE / objects.smallSide()))
        : 0;
  }

  /** Side of the crop that so many objects touch and in which large ones are whole. */
  private int cropOfFewObjects() {
    ObjectSurvey objects = facts.objects();
    if (!facts.objectsApart() || objects.manyObjects() == 0) {
      return Integer.MAX_VALUE;
    }
    Size picture = objects.typical();
    double each = (double) picture.width() * picture.height() / objects.manyObjects();
    double few = Math.sqrt(OBJECTS_IN_CROP * each) - objects.typicalSide();
    int large = roundUp(2 * scale * LONGER * objects.largeSide(), DIVISIBILITY);
    int side = (int) (scale * few) / DIVISIBILITY * DIVISIBILITY;
    return Math.max(SMALLEST_CROP, Math.max(side, large));
  }

  /** Windows of the picture that fill a crop, in which all but the largest objects are whole. */
  private Tiling tiling() {
    int size = Math.max(Tiling.MIN_SIZE, (int) Math.round(crop / scale));
    int overlap = Math.max(size / 4, (int) Math.ceil(LONGER * facts.objects().largeSide()));
    return new Tiling(size, Math.min(overlap, size / 2));
  }

  /** Whether pictures are so large that they are trained on tile by tile. */
  private boolean trainedInTiles() {
    Size picture = facts.objects().typical();
    double pixels = (double) picture.width() * picture.height();
    return tiles.filter(t -> pixels >= TRAINED_TILES * t.size() * t.size()).isPresent();
  }

  /** The side of the crop that a machine trains on within a time. */
  static int crop(Facts facts, Wishes wishes) {
    if (facts.accelerator()) {
      return 640;
    }
    double minutes = wishes.seconds().orElse(3600.0) / 60;
    return minutes <= 20 ? 256 : minutes <= 90 ? 320 : 384;
  }

  /**
   * The settings.
   *
   * @param crop side in pixels; less where pictures are smaller
   */
  static Plan plan(Facts facts, Wishes wishes, int crop) {
    Rules rules = new Rules(facts, crop);
    Plan plan = new Plan(rules.heading(), List.of());
    plan = rules.data(plan);
    plan = rules.model(plan);
    plan = rules.pictures(plan);
    plan = rules.learning(plan);
    return rules.evaluation(plan);
  }

  /**
   * What a user should know of a plan before it starts: how pictures are divided, and what they
   * show that the model cannot find.
   *
   * @param crop as of the plan
   */
  static List<String> notes(Facts facts, int crop) {
    Rules rules = new Rules(facts, crop);
    List<String> out = new ArrayList<>();
    rules.tiles.ifPresent(tiles -> out.addAll(rules.notes(tiles)));
    if (facts.objectsApart() && rules.wantedQueries() > MOST_QUERIES) {
      out.add(
          String.format(
              Locale.ROOT,
              "warning: about %.0f objects touch what the model sees at once, and it can find %d; give it smaller crops: --set augment.lsj.height=N --set augment.lsj.width=N",
              rules.objectsInCrop(),
              MOST_QUERIES));
    }
    return out;
  }

  private List<String> notes(Tiling tiling) {
    List<String> out = new ArrayList<>();
    out.add(
        String.format(
            Locale.ROOT,
            "tiles:  pictures are seen in tiles of %d pixels, %d of a picture of %s, with an overlap of %d",
            tiling.size(),
            tiling.of(facts.objects().typical()).count(),
            facts.objects().typical(),
            tiling.overlap()));
    if (LONGER * facts.objects().largeSide() > tiling.size() / 2.0) {
      out.add(
          String.format(
              Locale.ROOT,
              "warning: a tenth of the objects are about %.0f pixels long or more, half a tile and beyond, and may be found in parts; larger tiles show small objects smaller: --set data.source.tiles.size=N --set eval.tiles.size=N",
              LONGER * facts.objects().largeSide()));
    }
    return out;
  }

  private List<String> heading() {
    return List.of(
        "Made by rules from the data, this machine and the time allowed; edit it and run it again.",
        String.format(
            Locale.ROOT,
            "%s: %d images to train on, %d to evaluate on, mostly %s, %d %s",
            facts.name(),
            facts.trained(),
            facts.evaluated(),
            facts.objects().typical(),
            facts.things() + facts.stuff(),
            facts.things() + facts.stuff() == 1 ? "class" : "classes"));
  }

  private Plan data(Plan plan) {
    String why =
        facts.objectsApart()
            ? "objects are told apart"
                + (facts.stuff() > 0 ? "; classes that are no objects too" : "")
            : "a class for each pixel";
    return plan.with("task", facts.task().key(), why)
        .with("data.root", ConfigUtil.quoteString(facts.folder().toString()), HELD_OUT)
        .with("data.train.split", "train", HELD_OUT)
        .with("data.train.hold-out", "0.1", HELD_OUT)
        .with("data.val.split", "val", HELD_OUT);
  }

  private Plan model(Plan plan) {
    String small =
        facts.accelerator()
            ? "a model of the usual width for a GPU"
            : "a small model, as it runs on processors";
    int width = facts.accelerator() ? 256 : 128;
    int feedforward = facts.accelerator() ? 1024 : 256;
    Plan sized =
        plan.with("model.hidden-dim", width, small)
            .with("model.mask-dim", width, small)
            .with("model.pixel-decoder.deformable.layers", facts.accelerator() ? 6 : 2, small)
            .with("model.pixel-decoder.deformable.feedforward-dim", feedforward, small)
            .with("model.decoder.masked-attention.layers", facts.accelerator() ? 6 : 3, small)
            .with("model.decoder.masked-attention.feedforward-dim", feedforward, small);
    Plan out =
        facts.objectsApart()
            ? sized.with(
                "model.decoder.masked-attention.queries",
                queries(),
                String.format(
                    Locale.ROOT,
                    "up to %d objects in a picture (%d in one of twenty), about %.0f of them in a crop",
                    facts.objects().mostObjects(),
                    facts.objects().manyObjects(),
                    objectsInCrop()))
            : sized.with(
                "model.decoder.masked-attention.queries",
                queries(),
                "half as many again as there are classes, and 20 at least");
    return facts.start().map(start -> trained(out, start)).orElseGet(() -> random(out));
  }

  private static Plan trained(Plan plan, Facts.Start start) {
    String why = "the backbone starts from trained weights";
    Plan out = plan;
    for (Plan.Line line : start.model()) {
      out = out.with(line.key(), line.value(), why);
    }
    if (start.model().isEmpty()) {
      out = resnet18(out, why).with("model.backbone.resnet.norm", "frozen", why);
    }
    return out.with("init.backbone", ConfigUtil.quoteString(start.weights().toString()), why)
        .with("optimizer.backbone-multiplier", "0.1", why);
  }

  private static Plan random(Plan plan) {
    String why = "the backbone starts from random values";
    return resnet18(plan, why)
        .with("model.backbone.resnet.norm", "batch", why)
        .with("optimizer.backbone-multiplier", "1.0", why);
  }

  private static Plan resnet18(Plan plan, String why) {
    return plan.with("model.backbone.resnet.block", "basic", why)
        .with("model.backbone.resnet.blocks", "[2, 2, 2, 2]", why);
  }

  /** Objects that a crop shows in part at least, of a picture with many. */
  private double objectsInCrop() {
    double across = crop / scale + facts.objects().typicalSide();
    double share =
        Math.min(1, across / facts.objects().typical().width())
            * Math.min(1, across / facts.objects().typical().height());
    return facts.objects().manyObjects() * share;
  }

  private double wantedQueries() {
    double spare = tiles.isPresent() ? 3 : 1.5; // objects crowd in some crops
    return facts.objectsApart()
        ? spare * objectsInCrop() + facts.stuff()
        : 1.5 * (facts.things() + facts.stuff());
  }

  private int queries() {
    return Math.min(MOST_QUERIES, Math.max(FEWEST_QUERIES, roundUp(wantedQueries(), 10)));
  }

  private Plan pictures(Plan plan) {
    String why =
        tiles.isPresent()
            ? String.format(
                Locale.ROOT,
                "%s: objects are %.0f pixels wide (a tenth below %.0f), and should be %.0f (%.0f) in the input",
                trainedInTiles() ? "tiles" : "crops",
                facts.objects().typicalSide(),
                facts.objects().smallSide(),
                OBJECT_SIDE,
                SMALL_OBJECT_SIDE)
            : cropped()
                ? "crops at several sizes: thin things of a class need the pixels, whole pictures they do not"
                : "whole pictures, at several sizes";
    double middle = trainedInTiles() ? 1 : scale * facts.longSide() / crop;
    Plan divided =
        trainedInTiles()
            ? plan.with("data.source.tiles.size", tiles.get().size(), why)
                .with("data.source.tiles.overlap", tiles.get().overlap(), why)
            : plan;
    return divided
        .with("augment.type", "lsj", why)
        .with("augment.lsj.height", crop, why)
        .with("augment.lsj.width", crop, why)
        .with("augment.lsj.min-scale", decimal(0.7 * middle), why)
        .with("augment.lsj.max-scale", decimal(1.5 * middle), why)
        .with("criterion.points.points", Math.max(1024, crop * crop / 32), why);
  }

  private boolean cropped() {
    return scale * facts.longSide() > 1.25 * crop;
  }

  private Plan learning(Plan plan) {
    String why =
        facts.start().isPresent()
            ? "the rate that a small model on a trained backbone learns fastest at"
            : "the rate that a small model learns fastest at from random values";
    return plan.with("optimizer.learning-rate", rate(), why)
        .with("optimizer.clip-norm", "1.0", why)
        .with("schedule.shape.type", "poly", why)
        .with("schedule.warmup-factor", "0.01", why)
        .with("train.batch-size", batch, "")
        .with("train.accumulate", 1, "");
  }

  private String rate() {
    if (facts.start().isEmpty()) {
      return "5.0e-4";
    }
    return facts.accelerator() ? "3.0e-4" : "1.0e-3";
  }

  private Plan evaluation(Plan plan) {
    String why = "evaluated as it is trained";
    Plan out = seen(plan, why).with("eval.object-threshold", "0.5", why);
    if (facts.task() != Task.PANOPTIC) {
      String metric = facts.task() == Task.INSTANCE ? "instance.AP" : "semantic.mIoU";
      out =
          out.with("eval.tasks", "[" + facts.task().key() + "]", why)
              .with("eval.best", metric, why);
    }
    return facts.objectsApart() ? out.with("eval.max-instances", mostInstances(), why) : out;
  }

  /** With pictures to evaluate at the size of training: whole, or tiles that fill a crop. */
  private Plan seen(Plan plan, String why) {
    if (tiles.isEmpty()) {
      return plan.with(
              "eval.short-edge", (int) Math.max(1, Math.round(scale * facts.shortSide())), why)
          .with("eval.max-size", (int) Math.ceil(scale * longest()), why);
    }
    return plan.with("eval.tiles.size", tiles.get().size(), why)
        .with("eval.tiles.overlap", tiles.get().overlap(), why)
        .with("eval.short-edge", crop, why)
        .with("eval.max-size", crop, why);
  }

  /**
   * Of a picture half as many again as it shows, of a tile as many as queries, if they give them.
   */
  private int mostInstances() {
    int given = queries() * Math.max(1, facts.things());
    int shown = tiles.isPresent() ? queries() : roundUp(1.5 * facts.objects().mostObjects(), 10);
    return Math.min(given, Math.max(50, shown));
  }

  private int longest() {
    return Math.max(
        facts.longSide(),
        Math.max(facts.objects().largest().width(), facts.objects().largest().height()));
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static int roundUp(double value, int multiple) {
    return (int) Math.ceil(value / multiple) * multiple;
  }
}
