package org.maskwright.trainer.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.http.ServerSettings;
import org.maskwright.trainer.incontext.TinyInContext;
import org.maskwright.trainer.prompt.TinySam;
import org.maskwright.trainer.run.PredictionWishes;

/** A model that answers prompts, over HTTP. */
class PromptServerIT {
  private static final int WIDTH = 50;
  private static final int HEIGHT = 40;
  private static final long KEEP = 1 << 20;

  /** What the tiny model makes of a picture: a map of 4 x 4 places with 32 numbers. */
  private static final long ENCODED = 4 * 4 * 32 * Float.BYTES;

  @TempDir private static Path shared;
  private static Path model;

  @TempDir private Path temp;

  private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private PredictionServer server;

  @BeforeAll
  static void write() throws Exception {
    model = TinySam.write(shared.resolve("sam"));
    for (int i = 0; i < 3; i++) {
      noise(i, WIDTH, HEIGHT).writePng(shared.resolve("photo-%d.png".formatted(i)));
    }
    noise(9, 4200, 8).writePng(shared.resolve("long.png")); // seen smaller
  }

  private static Picture noise(int seed, int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    new Random(seed).nextBytes(rgb);
    return Picture.ofRgb(rgb, width, height);
  }

  private static byte[] photo(int number) throws Exception {
    return Files.readAllBytes(shared.resolve("photo-%d.png".formatted(number)));
  }

  private void start(long keepBytes) throws Exception {
    server =
        PredictionServer.start(
            model,
            PredictionWishes.NONE,
            () -> Engine.open(EngineOptions.DEFAULT.withThreads(1)),
            ServerSettings.local().withLimits(1 << 20, Duration.ofMinutes(2)),
            new ServiceSettings(100_000, 8, 8, Duration.ZERO, keepBytes),
            faults::add);
    server.awaitLoaded();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    assertEquals(List.of(), List.copyOf(faults));
  }

  private HttpRequest.Builder request(String path) {
    String token = server.http().link("/").getQuery().replace("token=", "");
    return HttpRequest.newBuilder(server.http().uri().resolve(path))
        .header("Authorization", "Bearer " + token);
  }

  private HttpRequest with(byte[] picture, String query) {
    return request("/v1/prompt?" + query).POST(BodyPublishers.ofByteArray(picture)).build();
  }

  private HttpRequest about(String query, String json) {
    return request("/v1/prompt" + query)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(json.replace('\'', '"')))
        .build();
  }

  private String answer(HttpRequest request) throws Exception {
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response.body());
    return response.body();
  }

  private void assertRefused(int status, String words, HttpRequest request) throws Exception {
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    assertEquals(status, response.statusCode(), request + ": " + response.body());
    String detail = Answers.tree(response.body()).get("detail").text();
    assertTrue(detail.contains(words), detail);
  }

  /** Without the fields that only files or only servers have. */
  private static List<String> masks(String json) throws Exception {
    List<String> out = new ArrayList<>(Answers.tokens(json));
    for (String name : List.of("FIELD_NAME mask", "FIELD_NAME picture")) {
      for (int at = out.indexOf(name); at >= 0; at = out.indexOf(name)) {
        out.subList(at, at + 2).clear();
      }
    }
    return out;
  }

  private String predicted(String photo, String options) throws Exception {
    Path out = Files.createTempDirectory(temp, "out");
    List<String> words =
        new ArrayList<>(
            List.of("predict", model.toString(), shared.resolve(photo).toString(), "--threads"));
    words.addAll(List.of("1", "--out", out.toString()));
    words.addAll(List.of(options.split(" ")));
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said);
    assertEquals(0, Maskwright.run(writer, writer, words.toArray(String[]::new)), said::toString);
    return Files.readString(out.resolve(photo.replace(".png", ".json")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "photo-0.png; --point 10,12; points=10,12; [[10, 12]]; []",
        "photo-0.png; --point 10,12 --point 30.5,5-; points=10,12,1%3B30.5,5,0;"
            + " [[10, 12, 1], [30.5, 5, 0]]; []",
        "photo-0.png; --box 3,4,30,30; boxes=3,4,30,30; []; [[3, 4, 30, 30]]",
        "photo-0.png; --box 3,4,30,30 --box 0,0,50,40; boxes=3,4,30,30%3B0,0,50,40; [];"
            + " [[3, 4, 30, 30], [0, 0, 50, 40]]",
        "photo-0.png; --point 10,12- --box 3,4,30,30 --multimask;"
            + " points=10,12,0&boxes=3,4,30,30&multimask=true; [[10, 12, 0]]; [[3, 4, 30, 30]]",
        "long.png; --point 4100,7; points=4100,7; [[4100, 7]]; []"
      })
  void whatIsAnsweredIsWhatPredictWrites(
      String photo, String options, String query, String points, String boxes) throws Exception {
    start(KEEP);
    List<String> expected = masks(predicted(photo, options));
    byte[] picture = Files.readAllBytes(shared.resolve(photo));
    String first = answer(with(picture, query + "&name=" + photo));
    assertEquals(expected, masks(first));
    String id = Answers.tree(first).get("picture").text();
    String json =
        "{'picture': '%s', 'points': %s, 'boxes': %s, 'multimask': %s}"
            .formatted(id, points, boxes, options.contains("--multimask"));
    assertEquals(expected, masks(answer(about("?name=" + photo, json))));
  }

  @Test
  void aMaskIsCorrected() throws Exception {
    start(KEEP);
    JsonTree first = Answers.tree(answer(with(photo(0), "boxes=3,4,30,30")));
    JsonTree runs = first.get("masks").elements().get(0).get("segmentation");
    Path drawn = temp.resolve("mask.png");
    Rle mask = Rle.ofString(HEIGHT, WIDTH, runs.get("counts").text());
    int[] pixels = new int[WIDTH * HEIGHT];
    mask.paint(pixels, 255);
    LabelPng.writeGrey8(drawn, new LabelMap(HEIGHT, WIDTH, pixels));
    String expected = predicted("photo-0.png", "--point 5,6 --mask " + drawn);
    String json =
        "{'picture': '%s', 'points': [[5, 6]], 'mask': {'size': [%d, %d], 'counts': '%s'}}"
            .formatted(
                first.get("picture").text(),
                HEIGHT,
                WIDTH,
                runs.get("counts").text().replace("\\", "\\\\"));
    assertEquals(masks(expected), masks(answer(about("?name=photo-0.png", json))));
  }

  @Test
  void aPictureIsEncodedOnceUntilOthersTakeItsPlace() throws Exception {
    start(2 * ENCODED);
    String[] ids = new String[3];
    for (int i = 0; i < 3; i++) {
      ids[i] = id(i);
      assertEquals(ids[i], id(i)); // the same bytes are the same picture
      assertKept(Math.min(i + 1, 2));
    }
    assertNotEquals(ids[0], ids[1]);
    String question = "{'picture': '%s', 'points': [[1, 1]]}";
    assertRefused(404, "send its bytes again", about("", question.formatted(ids[0])));
    answer(about("", question.formatted(ids[1]))); // asked about last
    assertEquals(ids[0], id(0)); // in the place of the third
    answer(about("", question.formatted(ids[1])));
    assertRefused(404, "send its bytes again", about("", question.formatted(ids[2])));
    assertKept(2);
  }

  private String id(int photo) throws Exception {
    return Answers.tree(answer(with(photo(photo), "points=1,1"))).get("picture").text();
  }

  private void assertKept(int pictures) throws Exception {
    String metrics = answer(request("/metrics").build());
    assertTrue(metrics.contains("maskwright_kept_pictures %d\n".formatted(pictures)), metrics);
    assertTrue(
        metrics.contains("maskwright_kept_bytes %d\n".formatted(pictures * ENCODED)), metrics);
  }

  @Test
  void withoutMemoryForThemPicturesHaveNoIds() throws Exception {
    start(ENCODED - 1);
    JsonTree answer = Answers.tree(answer(with(photo(0), "points=1,1")));
    assertTrue(answer.find("picture").isEmpty());
    assertEquals(1, answer.get("masks").elements().size());
    assertKept(0);
  }

  @Test
  void pngAndPolygonsHoldTheMasksOfTheRunLengths() throws Exception {
    start(KEEP);
    String query = "points=10,12&multimask=true";
    List<JsonTree> runs = masksOf(query);
    List<JsonTree> pngs = masksOf(query + "&format=png");
    List<JsonTree> polygons = masksOf(query + "&format=polygon");
    assertEquals(3, runs.size());
    for (int i = 0; i < 3; i++) {
      Rle mask = Rle.ofString(HEIGHT, WIDTH, runs.get(i).get("segmentation").get("counts").text());
      LabelMap png = LabelPng.decode(Base64.getDecoder().decode(pngs.get(i).get("png").text()));
      byte[] bitmap = mask.toBitmap();
      for (int p = 0; p < bitmap.length; p++) {
        assertEquals(255 * bitmap[p], png.labels()[p]);
      }
      List<double[]> rings =
          polygons.get(i).get("segmentation").elements().stream().map(JsonTree::numbers).toList();
      assertEquals(mask, Polygons.toRle(rings, HEIGHT, WIDTH));
      assertEquals(i + 1, runs.get(i).get("hypothesis").integer());
      assertEquals(mask.area(), runs.get(i).get("area").integer());
    }
  }

  private List<JsonTree> masksOf(String query) throws Exception {
    return Answers.tree(answer(with(photo(0), query))).get("masks").elements();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "format=rle; expected points or boxes, got none; such as",
        "points=; expected numbers with commas",
        "points=a,b; expected numbers with commas",
        "points=1; points: expected x,y or x,y,1 on the object",
        "points=1,2,3; points: expected x,y or x,y,1 on the object",
        "points=50,3; expected x,y inside the picture of 50 x 40 pixels, from 0,0 on, got 50.0,3.0",
        "points=3,-1; expected x,y inside the picture",
        "points=NaN,1; expected x,y inside the picture",
        "points=1,1&points=2,2; expected points once",
        "boxes=1,2,3; boxes: expected x0,y0,x1,y1",
        "boxes=5,1,5,7; expected x0,y0,x1,y1 with x0 < x1",
        "boxes=1,1,60,5; expected it inside the picture of 50 x 40",
        "boxes=1,1,5,5%3B2,2,7,7&points=1,1; box: expected one",
        "points=1,1&multimask=yes; expected multimask true or false, got 'yes'",
        "points=1,1&format=xml; expected format rle, png, polygon",
        "points=1,1&box=1,1,5,5; expected points, boxes, multimask, format, simplify, name, got 'box'"
      })
  void promptsThatCannotBeAnsweredAreSaid(String query, String words) throws Exception {
    start(KEEP);
    assertRefused(400, words, with(photo(0), query));
    assertEquals(1, masksOf("points=1,1").size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "{'picture': 'ID'}; body: expected points or boxes, got none",
        "{'points': [[1, 1]]}; expected \"picture\"",
        "{'picture': 'ID', 'points': [[1, 1], [2]]}; points: expected x,y",
        "{'picture': 'ID', 'points': [1, 1]}; expected a list of numbers",
        "{'picture': 'ID', 'points': [[500, 1]]}; expected x,y inside the picture of 50 x 40",
        "{'picture': 'ID', 'boxes': [[5, 5, 5, 9]]}; x0 < x1",
        "{'picture': 'ID', 'point': [[1, 1]]}; expected picture, points, boxes, multimask, mask,"
            + " got \"point\"",
        "{'picture': 'ID', 'points': [[1, 1]], 'multimask': 1}; multimask: expected true or false",
        "{'picture': 'ID', 'mask': {'size': [2, 2], 'counts': '04'}}; mask: expected a picture of",
        "{'picture': 'ID', 'mask': {'size': [40, 50], 'counts': 'x'}}; mask: ",
        "{'picture': 'ID', 'mask': [[1, 1, 5, 1, 5, 5]]}; mask: expected run lengths",
        "{'picture': 'ID', 'points': [[1, 1]; body: "
      })
  void questionsInJsonThatCannotBeAnsweredAreSaid(String json, String words) throws Exception {
    start(KEEP);
    assertRefused(400, words, about("", json.replace("ID", id(0))));
  }

  @Test
  void thereAreLimits() throws Exception {
    start(KEEP);
    String id = id(0);
    String points =
        IntStream.range(0, 1024).mapToObj(i -> "[1, 1]").collect(Collectors.joining(","));
    String json = "{'picture': '%s', 'points': [%s]}";
    answer(about("", json.formatted(id, points)));
    assertRefused(
        400,
        "at most 1024 of an object, got 1025",
        about("", json.formatted(id, points + ", [1, 1]")));
    String boxes = String.join("%3B", java.util.Collections.nCopies(65, "1,1,5,5"));
    assertRefused(400, "at most 64 boxes at once, got 65", with(photo(0), "boxes=" + boxes));
    assertRefused(404, "picture 7: is not kept", about("", json.formatted("7", "[1, 1]")));
    assertRefused(422, "image: the file is empty", with(new byte[0], "points=1,1"));
    assertRefused(
        413, "body: expected at most 1048576 bytes", with(new byte[1 << 21], "points=1,1"));
    noise(3, 400, 400).writePng(temp.resolve("large.png"));
    assertRefused(
        413,
        "the header says 400 x 400",
        with(Files.readAllBytes(temp.resolve("large.png")), "points=1,1"));
    HttpRequest.Builder text =
        request("/v1/prompt?points=1,1").header("Content-Type", "text/plain");
    assertRefused(415, "application/json", text.POST(BodyPublishers.ofString("?")).build());
    assertRefused(
        400,
        "expected format, simplify, name, got 'points'",
        about("?points=1,1", json.formatted(id, "[1, 1]")));
  }

  @Test
  void whatItSeesInAPictureAloneIsNotAskedHere() throws Exception {
    start(KEEP);
    HttpRequest predict = request("/v1/predict").POST(BodyPublishers.ofByteArray(photo(0))).build();
    assertRefused(404, "send the picture to /v1/prompt?points=X,Y", predict);
    assertEquals("/v1/prompt?points=X,Y", server.example());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rle", "png", "polygon"})
  void theAnswersHaveTheFieldsOfTheDescription(String format) throws Exception {
    start(KEEP);
    JsonTree described = Answers.tree(answer(request("/openapi.json").build()));
    JsonTree schemas = described.get("components").get("schemas");
    Answers.assertFields(schemas.get("Model"), Answers.tree(answer(request("/v1/model").build())));
    JsonTree said =
        Answers.tree(answer(with(photo(0), "points=1,1&multimask=true&format=" + format)));
    Answers.assertFields(schemas.get("Prompted"), said);
    said.get("masks")
        .elements()
        .forEach(mask -> Answers.assertFields(schemas.get("PromptedMask"), mask));
    assertEquals(PromptReader.BODY.stream().sorted().toList(), keys(schemas.get("Prompt")));
    assertEquals(
        PromptHandler.QUERY,
        described.get("paths").get("/v1/prompt").get("post").get("parameters").elements().stream()
            .map(parameter -> parameter.get("name").text())
            .toList());
  }

  private static List<String> keys(JsonTree schema) {
    return schema.get("properties").keys().stream().sorted().toList();
  }

  @Test
  void aModelOfExamplesIsRefusedAtTheStart() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("seggpt"));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(1));
        SegmentationModel made =
            SegmentationModels.build(engine, TinyInContext.model(), ClassSpace.OBJECT)) {
      TinyInContext.write(folder, made);
    }
    ConfigException refused =
        assertThrows(
            ConfigException.class,
            () ->
                PredictionServer.start(
                    folder,
                    PredictionWishes.NONE,
                    () -> Engine.open(EngineOptions.DEFAULT),
                    ServerSettings.local(),
                    ServiceSettings.DEFAULT,
                    faults::add));
    assertTrue(refused.getMessage().contains("answers by examples"), refused.getMessage());
    assertTrue(refused.getMessage().contains("--example IMAGE MASK"), refused.getMessage());
  }
}
