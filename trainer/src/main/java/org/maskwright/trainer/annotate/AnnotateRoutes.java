package org.maskwright.trainer.annotate;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Channels;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.labels.DrawnObject;
import org.maskwright.datasets.labels.LabelConflictException;
import org.maskwright.datasets.labels.LabelEdit;
import org.maskwright.datasets.labels.LabelFile;
import org.maskwright.datasets.labels.Labels;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Palette;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.files.OutputException;
import org.maskwright.trainer.http.Answer;
import org.maskwright.trainer.http.Handler;
import org.maskwright.trainer.http.HttpException;
import org.maskwright.trainer.http.Request;
import org.maskwright.trainer.http.Route;
import org.maskwright.trainer.http.StaticFiles;
import org.maskwright.trainer.prompt.Click;
import org.maskwright.trainer.prompt.Prompt;
import org.maskwright.trainer.prompt.PromptBox;

/**
 * What the page asks of its server, as JSON; docs/annotate.md has a table of it.
 *
 * <p><b>Threads</b> any.
 */
final class AnnotateRoutes {
  /** Masks of larger pictures are more than a browser draws at once. */
  static final long MOST_PIXELS = 64_000_000;

  private static final double PIXEL_MIDDLE = 0.5;
  private static final int MOST_TAB = 100;
  private static final double SAME_OBJECT = 0.5; // IoU from which a proposal is drawn already
  private static final double LEAST_MINUTES = 0.1;
  private static final double MOST_MINUTES = 10_000;

  /** What browsers show by themselves. */
  private static final Map<String, String> TYPES =
      Map.of(
          "jpg", "image/jpeg",
          "jpeg", "image/jpeg",
          "png", "image/png",
          "bmp", "image/bmp",
          "webp", "image/webp");

  private final Path folder;
  private final LabelFile labels;
  private final Leases leases;
  private final PreLabels preLabels;
  private final Training training;
  private final Exports exports;
  private final Optional<MaskPrompter> prompter;
  private final AtomicLong saves = new AtomicLong();

  AnnotateRoutes(
      Path folder,
      LabelFile labels,
      Leases leases,
      PreLabels preLabels,
      Training training,
      Exports exports,
      Optional<MaskPrompter> prompter) {
    this.folder = folder;
    this.labels = labels;
    this.leases = leases;
    this.preLabels = preLabels;
    this.training = training;
    this.exports = exports;
    this.prompter = prompter;
  }

  /** All of them; the page's own files, which hold nothing of the user's, are for everybody. */
  List<Route> routes() {
    StaticFiles page = new StaticFiles(AnnotateRoutes.class, "page");
    StaticFiles texts = new StaticFiles(AnnotateRoutes.class, "page/texts");
    List<Route> routes = new ArrayList<>();
    routes.add(Route.open("GET", "/", request -> page.get("index.html")));
    routes.add(Route.open("GET", "/{file}", request -> page.get(request.name("file"))));
    routes.add(Route.open("GET", "/texts/{file}", request -> texts.get(request.name("file"))));
    routes.add(route("GET", "/api/state", this::state));
    routes.add(route("GET", "/api/pictures", request -> pictures()));
    routes.add(route("GET", "/api/pictures/{n}", this::picture));
    routes.add(route("PUT", "/api/pictures/{n}", this::save));
    routes.add(route("GET", "/api/pictures/{n}/image", this::image));
    routes.add(route("POST", "/api/pictures/{n}/lease", this::lease));
    routes.add(route("POST", "/api/pictures/{n}/prompt", this::prompt));
    routes.add(route("POST", "/api/release", this::release));
    routes.add(route("POST", "/api/classes", this::addClass));
    routes.add(route("PUT", "/api/classes/{id}", this::renameClass));
    routes.add(route("POST", "/api/training", this::train));
    routes.add(route("DELETE", "/api/training", request -> cancelTraining()));
    routes.add(route("POST", "/api/export", this::export));
    return List.copyOf(routes);
  }

  /** A route whose errors are those of what it is about. */
  private static Route route(String method, String path, Handler handler) {
    return Route.of(
        method,
        path,
        request -> {
          try {
            return handler.handle(request);
          } catch (LabelConflictException e) {
            throw new HttpException(409, e.getMessage());
          } catch (IllegalArgumentException e) {
            throw HttpException.badRequest(e.getMessage());
          } catch (DatasetException e) {
            throw new HttpException(422, e.getMessage());
          } catch (OutputException e) {
            throw new HttpException(507, e.getMessage() + "; nothing was saved");
          }
        });
  }

  // ------------------------------------------------------------------ what is asked

  private static JsonTree body(Request request) throws IOException {
    if (!request.contentType().equals("application/json")) {
      throw new HttpException(
          415,
          "Content-Type: expected application/json, got \"%s\"".formatted(request.contentType()));
    }
    return asked(
        request.body(),
        bytes -> {
          JsonTree body = JsonTree.of(bytes);
          body.keys(); // an object
          return body;
        });
  }

  /** What is wrong with a body is the request's fault, not that of a file. */
  private static <A, R> R asked(A value, Function<A, R> read) {
    try {
      return read.apply(value);
    } catch (DatasetException e) {
      throw HttpException.badRequest("body: " + e.getMessage());
    }
  }

  private int number(Request request) {
    String text = request.name("n");
    if (text.matches("\\d{1,9}") && Integer.parseInt(text) < labels.size()) {
      return Integer.parseInt(text);
    }
    throw HttpException.notFound(
        "picture: expected 0 to %d, got \"%s\"".formatted(labels.size() - 1, text));
  }

  private static String tab(String said) {
    if (said.isEmpty() || said.length() > MOST_TAB) {
      throw HttpException.badRequest(
          "tab: expected a name of 1 to %d letters that each tab makes up".formatted(MOST_TAB));
    }
    return said;
  }

  private static String tab(JsonTree body) {
    return tab(body.get("tab").text());
  }

  // ------------------------------------------------------------------ answers

  private Answer state(Request request) {
    request.query().requireOnly(List.of("tab", "picture", "holding"));
    String tab = tab(request.query().get("tab"));
    Optional<Integer> picture =
        request.query().number("picture", 0, Math.max(0, labels.size() - 1)).map(Double::intValue);
    boolean holding = request.query().find("holding").equals(Optional.of("true"));
    Optional<String> lease = picture.map(n -> lease(n, tab, holding));
    PreLabels.Status looked = preLabels.status();
    Training.Status trained = training.status();
    boolean seen = picture.isPresent() && preLabels.of(picture.get()).isPresent();
    // Lists are asked for again when somebody has saved, and now and then while a model looks.
    long steps = looked.done() / Math.max(1, looked.of() / 50);
    return Answer.json(
        JsonContent.object(
            json -> {
              json.writeStringField("folder", folder.toString());
              classes(json);
              json.writeArrayFieldStart("formats");
              for (String format : Exports.formats()) {
                json.writeString(format);
              }
              json.writeEndArray();
              json.writeBooleanField("prompts", prompter.isPresent());
              json.writeStringField("list", "%d-%d".formatted(saves.get(), steps));
              if (lease.isPresent()) {
                json.writeStringField("lease", lease.get());
              }
              preLabels(json, looked, seen);
              training(json, trained);
            }));
  }

  /** A tab that holds a picture keeps it by asking; one that reads is told when it is free. */
  private String lease(int picture, String tab, boolean holding) {
    if (holding) {
      return leases.take(picture, tab) ? "mine" : "others";
    }
    return leases.isOthers(picture, tab) ? "others" : "free";
  }

  private void classes(JsonGenerator json) throws IOException {
    Categories classes = labels.classes();
    Palette palette = Palette.of(classes);
    json.writeArrayFieldStart("classes");
    for (int i = 0; i < classes.size(); i++) {
      Category c = classes.get(i);
      json.writeStartObject();
      json.writeNumberField("id", c.id());
      json.writeStringField("name", c.name());
      json.writeStringField(
          "colour", String.format(Locale.ROOT, "#%06x", palette.category(i) & 0xFFFFFF));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void preLabels(JsonGenerator json, PreLabels.Status status, boolean seen)
      throws IOException {
    json.writeObjectFieldStart("prelabels");
    json.writeStringField("model", status.model().orElse(""));
    json.writeNumberField("done", status.done());
    json.writeNumberField("of", status.of());
    json.writeStringField("problem", status.problem().orElse(""));
    json.writeBooleanField("seen", seen);
    json.writeEndObject();
  }

  private static void training(JsonGenerator json, Training.Status status) throws IOException {
    json.writeObjectFieldStart("training");
    json.writeStringField("state", status.state().name());
    json.writeNumberField("step", status.step());
    json.writeNumberField("steps", status.steps());
    if (status.loss().isPresent() && Double.isFinite(status.loss().getAsDouble())) {
      json.writeNumberField("loss", status.loss().getAsDouble());
    }
    json.writeNumberField("pictures", status.pictures());
    json.writeStringField("metrics", status.metrics());
    json.writeStringField("problem", status.problem());
    json.writeEndObject();
  }

  private Answer pictures() {
    return Answer.json(
        json -> {
          json.writeStartArray();
          for (int n = 0; n < labels.size(); n++) {
            Labels of = labels.labels(n);
            json.writeStartObject();
            json.writeNumberField("n", n);
            json.writeStringField("name", labels.name(n));
            json.writeStringField("state", of.state().name());
            json.writeNumberField("objects", of.objects().size());
            Optional<List<Proposal>> proposals = preLabels.of(n);
            if (proposals.isPresent()) {
              json.writeNumberField("uncertainty", Uncertainty.of(proposals.get()));
            }
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private Size size(int n) {
    Size size = labels.pictureSize(n);
    if ((long) size.width() * size.height() > MOST_PIXELS) {
      throw new DatasetException(
              "expected at most %d megapixels to draw on, got %s pixels; cut the picture into smaller ones"
                  .formatted(MOST_PIXELS / 1_000_000, size))
          .inFile(labels.name(n));
    }
    return size;
  }

  private Answer picture(Request request) {
    int n = number(request);
    Size size = size(n);
    Optional<List<Proposal>> proposals = preLabels.open(n);
    prompter.ifPresent(p -> p.look(labels.picture(n)));
    Labels of = labels.labels(n);
    return Answer.json(
        JsonContent.object(
            json -> {
              json.writeNumberField("n", n);
              json.writeStringField("name", labels.name(n));
              json.writeNumberField("width", size.width());
              json.writeNumberField("height", size.height());
              json.writeNumberField("version", of.version());
              json.writeBooleanField("done", of.done());
              objects(json, of, size);
              proposals(json, of, size, proposals.orElse(List.of()));
            }));
  }

  private static void objects(JsonGenerator json, Labels of, Size size) throws IOException {
    json.writeArrayFieldStart("objects");
    for (DrawnObject object : of.objects()) {
      json.writeStartObject();
      json.writeNumberField("id", object.id());
      json.writeNumberField("category", object.categoryId());
      json.writeBooleanField("crowd", object.crowd());
      if (object.segmentation().isPresent()) {
        Segmentation drawn = object.segmentation().get();
        if (drawn.isPolygons()) {
          json.writeArrayFieldStart("polygons");
          for (double[] ring : drawn.polygons()) {
            json.writeArray(ring, 0, ring.length);
          }
          json.writeEndArray();
        }
        json.writeFieldName("rle");
        JsonNumbers.runs(json, mask(drawn, size));
      } else if (object.box().isPresent()) {
        Box box = object.box().get();
        json.writeFieldName("box");
        json.writeArray(new double[] {box.x(), box.y(), box.width(), box.height()}, 0, 4);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** The mask; whatever is wrong with it in a file of others is the file's fault. */
  private static Rle mask(Segmentation drawn, Size size) {
    try {
      return drawn.toRle(size.height(), size.width());
    } catch (IllegalArgumentException e) {
      throw new DatasetException(e.getMessage(), e);
    }
  }

  /** Those of classes that there are, and that nobody has drawn already. */
  private void proposals(JsonGenerator json, Labels of, Size size, List<Proposal> proposals)
      throws IOException {
    Categories classes = labels.classes();
    List<Rle> drawn =
        of.objects().stream()
            .flatMap(object -> object.segmentation().stream())
            .map(s -> mask(s, size))
            .toList();
    json.writeArrayFieldStart("proposals");
    for (Proposal proposal : proposals) {
      int index = classes.names().indexOf(proposal.className());
      if (index < 0 || drawn.stream().anyMatch(d -> proposal.mask().iou(d) >= SAME_OBJECT)) {
        continue;
      }
      json.writeStartObject();
      json.writeNumberField("id", proposal.id());
      json.writeNumberField("category", classes.get(index).id());
      json.writeNumberField("score", proposal.score());
      json.writeFieldName("rle");
      JsonNumbers.runs(json, proposal.mask());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private Answer save(Request request) throws IOException {
    int n = number(request);
    Size size = size(n);
    JsonTree body = body(request);
    String tab = asked(body, AnnotateRoutes::tab);
    Edits edits = asked(body, Edits::of);
    if (!leases.take(n, tab)) {
      throw new HttpException(
          409,
          "%s is open in another tab, which has taken it over; open it again to go on from what is saved there"
              .formatted(labels.name(n)));
    }
    Labels saved = labels.save(n, edits.version, edits.objects, edits.done);
    preLabels.keep(n, edits.proposals);
    saves.incrementAndGet();
    return Answer.json(
        JsonContent.object(
            json -> {
              json.writeNumberField("version", saved.version());
              objects(json, saved, size);
            }));
  }

  /** What a tab wants a picture's labels to be. */
  private record Edits(long version, boolean done, List<LabelEdit> objects, List<Long> proposals) {
    static Edits of(JsonTree body) {
      List<LabelEdit> objects = new ArrayList<>();
      for (JsonTree object : body.get("objects").elements()) {
        objects.add(
            new LabelEdit(
                object
                    .find("id")
                    .map(id -> OptionalLong.of(whole(id)))
                    .orElse(OptionalLong.empty()),
                object.get("category").integer(),
                object.find("segmentation").map(Segmentation::of)));
      }
      List<Long> proposals = new ArrayList<>();
      for (JsonTree id : body.get("proposals").elements()) {
        proposals.add(whole(id));
      }
      return new Edits(whole(body.get("version")), body.get("done").isTrue(), objects, proposals);
    }

    private static long whole(JsonTree value) {
      double number = value.number();
      if (number != Math.rint(number) || Math.abs(number) > 1L << 53) {
        throw value.error("expected a whole number, got " + number);
      }
      return (long) number;
    }
  }

  /** The file as it is, or as PNG where browsers do not show such files, or are asked to. */
  private Answer image(Request request) throws IOException {
    int n = number(request);
    size(n);
    Path file = labels.picture(n);
    String name = labels.name(n);
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    boolean decoded = request.query().find("decoded").isPresent();
    if (type == null || decoded) {
      RgbImage shown = PhotographFile.read(file, Channels.AS_STORED).shown();
      byte[] png = Picture.ofRgb(shown.data(), shown.width(), shown.height()).toPng();
      return Answer.bytes("image/png", png);
    }
    return Answer.stream(type, Files.size(file), out -> Files.copy(file, out));
  }

  private Answer lease(Request request) throws IOException {
    int n = number(request);
    JsonTree body = body(request);
    String tab = asked(body, AnnotateRoutes::tab);
    if (body.find("force").isPresent() && body.get("force").isTrue()) {
      leases.seize(n, tab);
    } else if (!leases.take(n, tab)) {
      throw new HttpException(
          409, labels.name(n) + " is open in another tab; close it there, or take it over");
    }
    return Answer.json(JsonContent.object(json -> json.writeStringField("lease", "mine")));
  }

  private Answer release(Request request) throws IOException {
    leases.release(asked(body(request), AnnotateRoutes::tab));
    return Answer.nothing();
  }

  private Answer prompt(Request request) throws IOException {
    int n = number(request);
    Size size = size(n);
    JsonTree body = body(request);
    MaskPrompter model =
        prompter.orElseThrow(
            () ->
                HttpException.notFound(
                    "no model takes prompts here; start annotate with --prompt-model FOLDER"));
    Prompt prompt = asked(body, b -> prompt(b, size));
    MaskPrompter.Answer answer = model.answer(labels.picture(n), prompt);
    return Answer.json(
        JsonContent.object(
            json -> {
              json.writeFieldName("rle");
              JsonNumbers.runs(json, answer.mask());
              json.writeNumberField("quality", answer.quality());
            }));
  }

  private static Prompt prompt(JsonTree body, Size size) {
    List<Click> clicks = new ArrayList<>();
    for (JsonTree point : body.get("points").elements()) {
      double[] p = point.numbers();
      if (p.length != 3 || (p[2] != 0 && p[2] != 1)) {
        throw point.error("expected [x, y, 1] on the object or [x, y, 0] beside it");
      }
      requireInside(point, size, p[0], p[1]);
      clicks.add(new Click(pixel(p[0], size.width()), pixel(p[1], size.height()), p[2] == 1));
    }
    return new Prompt(clicks, body.find("box").map(given -> box(given, size)), Optional.empty());
  }

  /** The number of the pixel that a place is nearest to the middle of, with its fraction. */
  private static double pixel(double place, int pixels) {
    return Math.max(0, Math.min(pixels - 1.0, place - PIXEL_MIDDLE));
  }

  private static void requireInside(JsonTree at, Size size, double x, double y) {
    if (!(x >= 0 && y >= 0 && x <= size.width() && y <= size.height())) {
      throw at.error(
          "expected a place in the picture of %s pixels, got (%s, %s)".formatted(size, x, y));
    }
  }

  private static PromptBox box(JsonTree given, Size size) {
    double[] b = given.numbers();
    if (b.length != 4) {
      throw given.error("expected [x0, y0, x1, y1]");
    }
    requireInside(given, size, b[0], b[1]);
    requireInside(given, size, b[2], b[3]);
    return new PromptBox(b[0], b[1], b[2], b[3]);
  }

  private Answer addClass(Request request) throws IOException {
    JsonTree body = body(request);
    labels.addClass(asked(body, b -> b.get("name").text()).strip());
    return Answer.json(JsonContent.object(this::classes));
  }

  private Answer renameClass(Request request) throws IOException {
    JsonTree body = body(request);
    String id = request.name("id");
    if (!id.matches("\\d{1,9}")) {
      throw HttpException.notFound("class: expected the id of one, got \"%s\"".formatted(id));
    }
    labels.renameClass(Integer.parseInt(id), asked(body, b -> b.get("name").text()).strip());
    return Answer.json(JsonContent.object(this::classes));
  }

  private Answer train(Request request) throws IOException {
    JsonTree body = body(request);
    double minutes = asked(body, b -> b.get("minutes").number());
    if (!(minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES)) {
      throw HttpException.badRequest(
          "minutes: expected %s to %s, got %s".formatted(LEAST_MINUTES, MOST_MINUTES, minutes));
    }
    training.start(minutes);
    return Answer.json(JsonContent.object(json -> training(json, training.status())));
  }

  private Answer cancelTraining() {
    training.cancel();
    return Answer.json(JsonContent.object(json -> training(json, training.status())));
  }

  private Answer export(Request request) throws IOException {
    JsonTree body = body(request);
    Exports.Written written = exports.write(asked(body, b -> b.get("format").text()));
    return Answer.json(
        JsonContent.object(
            json -> {
              json.writeStringField("folder", written.folder().toString());
              json.writeNumberField("pictures", written.pictures());
            }));
  }
}
