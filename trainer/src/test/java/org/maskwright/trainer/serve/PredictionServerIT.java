package org.maskwright.trainer.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.http.RawClient;
import org.maskwright.trainer.http.ServerSettings;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.run.PredictionWishes;
import org.maskwright.trainer.run.PredictionWishes.Threshold;
import org.maskwright.trainer.run.TinyRun;

class PredictionServerIT {
  private static final int SIDE = 64;
  private static final ServiceSettings ALONE = new ServiceSettings(100_000, 8, 1, Duration.ZERO, 0);

  @TempDir private static Path shared;
  private static Path model;
  private static List<Path> scenes;

  @TempDir private Path temp;

  private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private PredictionServer server;

  @BeforeAll
  static void train() throws IOException {
    model = TinyRun.trained(shared);
    scenes = TinyRun.scenes(shared);
  }

  private void start(ServiceSettings service) throws Exception {
    start(service, Duration.ofMinutes(2));
  }

  private void start(ServiceSettings service, Duration timeout) throws Exception {
    start(model, service, timeout);
  }

  private void start(Path served, ServiceSettings service, Duration timeout) throws Exception {
    server =
        PredictionServer.start(
            served,
            PredictionWishes.NONE,
            () -> Engine.open(EngineOptions.DEFAULT.withThreads(1)),
            ServerSettings.local().withLimits(1 << 20, timeout),
            service,
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

  private HttpRequest predict(String query, byte[] picture) {
    return request("/v1/predict" + query)
        .header("Content-Type", "image/jpeg")
        .POST(BodyPublishers.ofByteArray(picture))
        .build();
  }

  private String answer(HttpRequest request) throws Exception {
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response.body());
    return response.body();
  }

  private String predicted(PredictionWishes wishes, Path photograph) throws IOException {
    return predicted(model, wishes, photograph);
  }

  private String predicted(Path by, PredictionWishes wishes, Path photograph) throws IOException {
    Path out = Files.createTempDirectory(temp, "out");
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(1))) {
      Prediction.of(by, wishes)
          .write(
              engine,
              Photographs.find(List.of(photograph)),
              OutputFolder.open(out),
              Prediction.Progress.NONE);
    }
    String name = photograph.getFileName().toString().replaceFirst("\\.[a-z]+$", ".json");
    return Files.readString(out.resolve(name));
  }

  @Test
  void whatIsAnsweredIsWhatPredictWrites() throws Exception {
    start(ALONE);
    Path scene = scenes.get(0);
    byte[] picture = Files.readAllBytes(scene);
    String name = "&name=" + scene.getFileName();
    for (String task : List.of("panoptic", "instance", "semantic")) {
      PredictionWishes wishes =
          PredictionWishes.NONE.withKind(ResultKinds.get(task)).withThreshold(Threshold.of(0));
      assertEquals(
          Answers.tokens(predicted(wishes, scene)),
          Answers.tokens(answer(predict("?threshold=0&task=" + task + name, picture))),
          task);
    }
    assertEquals(
        Answers.tokens(predicted(PredictionWishes.NONE, scene)),
        Answers.tokens(answer(predict("?" + name.substring(1), picture))));
  }

  @Test
  void whatAnExportedFileIsAskedIsWhatPredictWritesOfIt() throws Exception {
    Path file = temp.resolve("model.onnx");
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said);
    String[] export = {
      "export",
      model.toString(),
      "--to",
      "onnx",
      "--out",
      file.toString(),
      "--picture",
      scenes.get(0).toString()
    };
    assertEquals(0, Maskwright.run(writer, writer, export), said::toString);
    start(file, ALONE, Duration.ofMinutes(2));
    Path scene = scenes.get(1);
    byte[] picture = Files.readAllBytes(scene);
    for (String task : List.of("panoptic", "instance", "semantic")) {
      PredictionWishes wishes =
          PredictionWishes.NONE.withKind(ResultKinds.get(task)).withThreshold(Threshold.of(0));
      String query = "?threshold=0&task=%s&name=%s".formatted(task, scene.getFileName());
      assertEquals(
          Answers.tokens(predicted(file, wishes, scene)),
          Answers.tokens(answer(predict(query, picture))),
          task);
    }
    JsonTree described = Answers.tree(answer(request("/v1/model").build()));
    assertEquals(file.toString(), described.get("model").text());
    assertEquals("panoptic", described.get("task").text());
  }

  @Test
  void aPngAndPolygonsHoldTheMasksOfTheRunLengths() throws Exception {
    start(ALONE);
    byte[] picture = Files.readAllBytes(scenes.get(1));
    String query = "?task=panoptic&threshold=0";
    List<JsonTree> runs = Answers.tree(answer(predict(query, picture))).get("segments").elements();
    assertTrue(runs.size() > 0);
    JsonTree asPng = Answers.tree(answer(predict(query + "&format=png", picture)));
    LabelMap numbers = LabelPng.decode(Base64.getDecoder().decode(asPng.get("png").text()));
    JsonTree asPolygons = Answers.tree(answer(predict(query + "&format=polygon", picture)));
    for (int i = 0; i < runs.size(); i++) {
      JsonTree segmentation = runs.get(i).get("segmentation");
      Rle mask = Rle.ofString(SIDE, SIDE, segmentation.get("counts").text());
      JsonTree ofPng = asPng.get("segments").elements().get(i);
      int id = ofPng.get("id").integer();
      assertEquals(i + 1, id);
      int[] painted = new int[SIDE * SIDE];
      mask.paint(painted, 1);
      for (int p = 0; p < painted.length; p++) {
        assertEquals(
            painted[p] == 1, numbers.labels()[p] == id); // panoptic segments do not overlap
      }
      JsonTree ofPolygons = asPolygons.get("segments").elements().get(i);
      List<double[]> rings =
          ofPolygons.get("segmentation").elements().stream().map(JsonTree::numbers).toList();
      assertEquals(mask, Polygons.toRle(rings, SIDE, SIDE));
      assertSame(runs.get(i), ofPng);
      assertSame(runs.get(i), ofPolygons);
    }
  }

  private static void assertSame(JsonTree expected, JsonTree segment) {
    assertEquals(expected.get("class").text(), segment.get("class").text());
    assertEquals(expected.get("index").integer(), segment.get("index").integer());
    assertEquals(expected.get("thing").isTrue(), segment.get("thing").isTrue());
    assertEquals(expected.get("score").number(), segment.get("score").number());
    assertEquals(expected.get("area").integer(), segment.get("area").integer());
    assertArrayEquals(expected.get("bbox").numbers(), segment.get("bbox").numbers());
  }

  @Test
  void picturesOfOneSizeAreRunTogetherAndSayTheSame() throws Exception {
    start(new ServiceSettings(100_000, 8, 3, Duration.ofMinutes(1), 0));
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (Path scene : scenes) {
      answers.add(
          client.sendAsync(
              predict("?task=semantic", Files.readAllBytes(scene)), BodyHandlers.ofString()));
    }
    assertEquals(3, answers.size());
    PredictionWishes wishes = PredictionWishes.NONE.withKind(ResultKinds.get("semantic"));
    for (int i = 0; i < answers.size(); i++) {
      int[] together = labels(answers.get(i).get().body());
      int[] alone = labels(predicted(wishes, scenes.get(i)));
      int different = 0;
      for (int p = 0; p < alone.length; p++) {
        different += together[p] == alone[p] ? 0 : 1;
      }
      assertTrue(different <= alone.length / 1000, different + " pixels differ");
    }
    String metrics = answer(request("/metrics").build());
    assertTrue(metrics.contains("maskwright_batch_pictures_count 1\n"), metrics);
    assertTrue(metrics.contains("maskwright_batch_pictures_sum 3\n"), metrics);
  }

  private int[] labels(String json) {
    int[] out = new int[SIDE * SIDE];
    for (JsonTree segment : Answers.tree(json).get("segments").elements()) {
      Rle.ofString(SIDE, SIDE, segment.get("segmentation").get("counts").text())
          .paint(out, 1 + segment.get("index").integer());
    }
    return out;
  }

  @Test
  void whoComesToAFullQueueIsToldWhenToComeAgain() throws Exception {
    start(new ServiceSettings(100_000, 1, 2, Duration.ofSeconds(4), 0));
    byte[] picture = Files.readAllBytes(scenes.get(0));
    CompletableFuture<HttpResponse<String>> first =
        client.sendAsync(predict("", picture), BodyHandlers.ofString());
    while (!answer(request("/metrics").build()).contains("maskwright_queue_pictures 1\n")) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    HttpResponse<String> second = client.send(predict("", picture), BodyHandlers.ofString());
    assertEquals(503, second.statusCode(), second.body());
    assertTrue(Integer.parseInt(second.headers().firstValue("Retry-After").orElseThrow()) >= 1);
    assertTrue(second.body().contains("queue: 1 pictures wait already"), second.body());
    assertEquals(200, first.get().statusCode(), first.get().body());
  }

  @Test
  void whatIsNotDoneInTimeIsSaidAndTakesNoPlace() throws Exception {
    start(new ServiceSettings(100_000, 1, 2, Duration.ofMinutes(1), 0), Duration.ofSeconds(1));
    byte[] picture = Files.readAllBytes(scenes.get(0));
    for (int i = 0; i < 2; i++) { // the second finds the place of the first
      HttpResponse<String> late = client.send(predict("", picture), BodyHandlers.ofString());
      assertEquals(504, late.statusCode(), late.body());
    }
  }

  @Test
  void whatCannotBeAnsweredIsSaid() throws Exception {
    start(ALONE);
    byte[] picture = Files.readAllBytes(scenes.get(0));
    assertRefused(422, "image: the file is empty", predict("", new byte[0]));
    assertRefused(
        422,
        "expected a JPEG, PNG, BMP, TIFF or WebP",
        predict("", "a photograph".getBytes(StandardCharsets.UTF_8)));
    for (int length : List.of(2, 20, picture.length / 2, picture.length - 40)) {
      assertRefused(422, "", predict("", Arrays.copyOf(picture, length))); // said in many words
    }
    assertRefused(413, "the header says 20000 x 20000", predict("", pngHeader(20_000, 20_000)));
    assertRefused(413, "the header says 65535 x 65535", predict("", pngHeader(65_535, 65_535)));
    assertRefused(422, "PNG: ", predict("", pngHeader(10, 10)));
    assertRefused(422, "image: ", predict("", pngHeader(0, 10)));
    assertRefused(413, "body: expected at most 1048576 bytes", predict("", new byte[1 << 21]));
    assertRefused(
        400, "expected format rle, png, polygon, got 'xml'", predict("?format=xml", picture));
    assertRefused(400, "query: ", predict("?task=colour", picture));
    assertRefused(400, "all that this model can do, got track", predict("?task=track", picture));
    assertRefused(400, "expected threshold in [0.0,1.0]", predict("?threshold=1.5", picture));
    assertRefused(400, "--threshold best: expected", predict("?threshold=best", picture));
    assertRefused(400, "expected simplify in", predict("?simplify=-1", picture));
    assertRefused(400, "expected task, threshold,", predict("?tsk=semantic", picture));
    assertRefused(400, "URL: expected text", predict("?name=%00", picture));
    for (String type :
        List.of("multipart/form-data; boundary=x", "text/plain", "application/json")) {
      HttpRequest.Builder other = request("/v1/predict").header("Content-Type", type);
      assertRefused(415, "--data-binary", other.POST(BodyPublishers.ofByteArray(picture)).build());
    }
    HttpRequest.Builder packed = request("/v1/predict").header("Content-Encoding", "gzip");
    assertRefused(
        415, "expected identity", packed.POST(BodyPublishers.ofByteArray(picture)).build());
    assertRefused(
        404,
        "takes no prompts; send the picture to /v1/predict",
        request("/v1/prompt?points=1,1").POST(BodyPublishers.ofByteArray(picture)).build());
    assertRefused(405, "expected POST, got GET", request("/v1/predict").build());
    assertRefused(404, "no such path", request("/v1/..%2f..%2fetc%2fpasswd").build());
    HttpRequest.Builder elsewhere = request("/v1/model").header("Origin", "http://evil.example");
    assertRefused(403, "Origin: ", elsewhere.build());
    URI bare = server.http().uri().resolve("/v1/predict");
    assertRefused(
        401,
        "token: ",
        HttpRequest.newBuilder(bare).POST(BodyPublishers.ofByteArray(picture)).build());
    assertEquals(200, client.send(predict("", picture), BodyHandlers.ofString()).statusCode());
  }

  private void assertRefused(int status, String words, HttpRequest request) throws Exception {
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    assertEquals(status, response.statusCode(), request + ": " + response.body());
    JsonTree problem = Answers.tree(response.body());
    assertEquals(status, problem.get("status").integer());
    assertTrue(problem.get("detail").text().contains(words), response.body());
  }

  /** The first bytes of a PNG of this size, and nothing behind. */
  private static byte[] pngHeader(int width, int height) {
    ByteBuffer out = ByteBuffer.allocate(33);
    out.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    out.putInt(13).put("IHDR".getBytes(StandardCharsets.US_ASCII));
    out.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(out.array(), 12, 17);
    return out.putInt((int) crc.getValue()).array();
  }

  @Test
  void aPictureOfOnePixelIsAPicture() throws Exception {
    start(ALONE);
    var image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    var bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    JsonTree seen = Answers.tree(answer(predict("?task=semantic&format=png", bytes.toByteArray())));
    assertEquals(1, seen.get("height").integer());
    assertEquals(1, LabelPng.decode(Base64.getDecoder().decode(seen.get("png").text())).width());
  }

  @Test
  void slowAndBrokenClientsStopNobody() throws Exception {
    start(ServiceSettings.DEFAULT);
    int port = server.http().port();
    String token = server.http().link("/").getQuery();
    byte[] picture = Files.readAllBytes(scenes.get(0));
    List<RawClient> slow = new ArrayList<>();
    String head = "POST /v1/predict?" + token + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
    for (int i = 0; i < 30; i++) {
      RawClient half = new RawClient(port).send(head + "1000\r\n\r\nhalf");
      RawClient gone = new RawClient(port).send(head + picture.length + "\r\n\r\n");
      gone.send(new String(picture, StandardCharsets.ISO_8859_1)).reset();
      slow.add(half);
    }
    for (int i = 0; i < 5; i++) {
      for (RawClient client : slow) {
        client.send("b");
      }
      answer(predict("", picture));
    }
    for (RawClient client : slow) {
      client.close();
    }
    for (String metrics = ""; !metrics.contains("http_requests_bytes 0\n"); ) {
      metrics = answer(request("/metrics").build()); // what they held is given back
    }
  }

  @Test
  void theDescriptionHasAllRoutesAndNoOther() throws Exception {
    start(ALONE);
    JsonTree paths = Answers.tree(answer(request("/openapi.json").build())).get("paths");
    List<String> described = new ArrayList<>();
    for (String path : paths.keys()) {
      paths
          .get(path)
          .keys()
          .forEach(method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path));
    }
    List<String> routes =
        Stream.of(PredictionServer.routes(null, null))
            .flatMap(List::stream)
            .map(route -> route.method() + " " + route.path())
            .toList();
    assertEquals(routes, described);
    List<String> query =
        paths.get("/v1/predict").get("post").get("parameters").elements().stream()
            .map(parameter -> parameter.get("name").text())
            .toList();
    assertEquals(PredictHandler.QUERY, query);
  }

  @Test
  void theAnswersHaveTheFieldsOfTheDescription() throws Exception {
    start(ALONE);
    JsonTree schemas =
        Answers.tree(answer(request("/openapi.json").build())).get("components").get("schemas");
    byte[] picture = Files.readAllBytes(scenes.get(0));
    Answers.assertFields(schemas.get("Model"), Answers.tree(answer(request("/v1/model").build())));
    Answers.assertFields(schemas.get("Status"), Answers.tree(answer(request("/readyz").build())));
    Answers.assertFields(schemas.get("Status"), Answers.tree(answer(request("/healthz").build())));
    for (String format : AnswerFormat.names()) {
      JsonTree seen = Answers.tree(answer(predict("?threshold=0&format=" + format, picture)));
      Answers.assertFields(schemas.get("Prediction"), seen);
      for (JsonTree segment : seen.get("segments").elements()) {
        Answers.assertFields(schemas.get("Segment"), segment);
      }
    }
  }
}
