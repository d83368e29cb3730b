package org.maskwright.trainer.annotate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.coco.CocoInstanceDataset;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.datasets.labels.LabelConflictException;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.trainer.http.ServerSettings;

class AnnotateServerTest {
  private static final int WIDTH = 40;
  private static final int HEIGHT = 30;
  private static final String TRIANGLE = "[[2, 2, 20, 3, 9, 21]]";

  @TempDir Path dir;
  private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private AnnotateServer server;
  private Client client;

  @BeforeEach
  void start() throws IOException {
    picture("a.png", WIDTH, HEIGHT);
    picture("b.png", WIDTH, HEIGHT);
    picture("c-one.png", 1, 1);
    Files.write(dir.resolve("d-huge.png"), header(20_000, 20_000));
    Files.writeString(dir.resolve("e-broken.jpg"), "no picture");
    Files.createDirectories(dir.resolve("sub"));
    picture("sub/é \" x.png", WIDTH, HEIGHT);
    open();
  }

  private void open() throws IOException {
    server =
        AnnotateServer.start(
            AnnotateWishes.of(dir, "cat", "dog"),
            ServerSettings.local(),
            () -> {
              throw new AssertionError("no engine is needed");
            },
            faults::add);
    client = new Client(server.link());
  }

  @AfterEach
  void stop() {
    server.close();
    assertEquals(List.of(), List.copyOf(faults));
  }

  private void picture(String name, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0x123456);
    ImageIO.write(image, "png", dir.resolve(name).toFile());
  }

  /** A PNG that says its size and ends there. */
  private static byte[] header(int width, int height) {
    ByteBuffer chunk = ByteBuffer.allocate(17).put("IHDR".getBytes()).putInt(width).putInt(height);
    chunk.put((byte) 8).put((byte) 2);
    CRC32 sum = new CRC32();
    sum.update(chunk.array());
    return ByteBuffer.allocate(33)
        .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10})
        .putInt(13)
        .put(chunk.array())
        .putInt((int) sum.getValue())
        .array();
  }

  private Path labels() {
    return dir.resolve("annotations.json");
  }

  private static String box(int width, int height) {
    return Client.json(Polygons.toRle(new Box(0, 0, width, height), HEIGHT, WIDTH));
  }

  private static String object(String segmentation) {
    return "{\"category\": 1, \"segmentation\": %s}".formatted(segmentation);
  }

  private Client.Said save(int picture, String tab, long version, String objects) {
    return client.ask("PUT", "api/pictures/" + picture, Client.edits(tab, version, true, objects));
  }

  private void refused(int status, String why, Client.Said said) {
    assertEquals(status, said.status(), () -> new String(said.bytes()));
    assertTrue(said.detail().contains(why), said.detail());
  }

  @Test
  void whatIsDrawnIsSavedAndComesBackWithTheNextServer() throws IOException {
    Client.Said saved =
        save(0, "tab", client.version(0), object(TRIANGLE) + "," + object(box(3, 2)));
    assertEquals(200, saved.status());
    assertEquals(2, saved.json().get("objects").elements().size());
    server.close();
    open();
    JsonTree read = client.get("api/pictures/0");
    assertTrue(read.get("done").isTrue());
    JsonTree triangle = read.get("objects").elements().get(0);
    assertArrayEquals(
        new double[] {2, 2, 20, 3, 9, 21}, triangle.get("polygons").elements().get(0).numbers());
    Rle mask = Rle.ofString(HEIGHT, WIDTH, triangle.get("rle").get("counts").text());
    assertEquals(Polygons.toRle(new double[] {2, 2, 20, 3, 9, 21}, HEIGHT, WIDTH), mask);
    JsonTree list = client.get("api/pictures");
    assertEquals("DONE", list.elements().get(0).get("state").text());
    assertEquals("UNLABELLED", list.elements().get(1).get("state").text());
  }

  @Test
  void picturesAreListedByName() {
    assertEquals(
        List.of("a.png", "b.png", "c-one.png", "d-huge.png", "e-broken.jpg", "sub/é \" x.png"),
        client.get("api/pictures").elements().stream().map(p -> p.get("name").text()).toList());
  }

  @Test
  void aPictureComesAsItIsOrDecoded() throws IOException {
    Client.Said file = client.ask("GET", "api/pictures/0/image", "");
    assertArrayEquals(Files.readAllBytes(dir.resolve("a.png")), file.bytes());
    assertEquals("image/png", file.type());
    Client.Said decoded = client.ask("GET", "api/pictures/0/image?decoded=1", "");
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(decoded.bytes()));
    assertEquals(0x123456, image.getRGB(0, 0) & 0xFFFFFF);
    assertEquals(200, client.ask("GET", "api/pictures/5/image", "").status());
  }

  @Test
  void aPictureOfOnePixelIsLabelled() {
    Client.Said saved =
        save(2, "tab", client.version(2), object("{\"size\": [1, 1], \"counts\": \"01\"}"));
    assertEquals(200, saved.status());
  }

  @Test
  void picturesThatCannotBeLabelledSayWhy() {
    refused(422, "at most 64 megapixels", client.ask("GET", "api/pictures/3", ""));
    refused(422, "at most 64 megapixels", client.ask("GET", "api/pictures/3/image", ""));
    refused(422, "e-broken.jpg", client.ask("GET", "api/pictures/4", ""));
    refused(404, "0 to 5", client.ask("GET", "api/pictures/6", ""));
    refused(404, "0 to 5", client.ask("GET", "api/pictures/-1", ""));
    refused(404, "0 to 5", client.ask("GET", "api/pictures/a.png", ""));
  }

  @Test
  void wrongEditsAreRefusedAndNothingIsWritten() {
    long version = client.version(0);
    refused(
        400, "[30, 40]", save(0, "t", version, object("{\"size\": [3, 3], \"counts\": \"9\"}")));
    refused(400, "positive", save(0, "t", version, object("{\"size\": [0, 3], \"counts\": \"\"}")));
    refused(
        400, "one of [1, 2], got 7", save(0, "t", version, object(TRIANGLE).replace("1,", "7,")));
    refused(400, "at least a pixel", save(0, "t", version, object("[[50, 50, 60, 50, 60, 60]]")));
    refused(400, "at least 3 points", save(0, "t", version, object("[[1, 1, 2, 2]]")));
    refused(400, "category", save(0, "t", version, "{}"));
    refused(400, "id 5", save(0, "t", version, "{\"id\": 5, \"category\": 1}"));
    refused(400, "list of numbers", save(0, "t", version, object("[[\"x\", 1, 2, 2, 3, 3]]")));
    refused(400, "not valid JSON", client.ask("PUT", "api/pictures/0", "{"));
    refused(400, "an object", client.ask("PUT", "api/pictures/0", "[1]"));
    refused(400, "nested", client.ask("PUT", "api/pictures/0", "[".repeat(300) + "]".repeat(300)));
    refused(
        415,
        "application/json",
        client.ask("PUT", "api/pictures/0", "{}", "Content-Type", "text/plain"));
    assertFalse(Files.exists(labels()));
  }

  @Test
  void aStaleEditIsRefusedWithWhatToDo() {
    long version = client.version(0);
    assertEquals(200, save(0, "tab", version, object(TRIANGLE)).status());
    refused(409, "open the picture again", save(0, "tab", version, ""));
  }

  @Test
  void tabsRefuseEachOtherUntilOneTakesOver() {
    String lease = "api/pictures/0/lease";
    assertEquals(200, client.ask("POST", lease, "{\"tab\": \"one\"}").status());
    refused(409, "another tab", client.ask("POST", lease, "{\"tab\": \"two\"}"));
    refused(409, "another tab", save(0, "two", client.version(0), object(TRIANGLE)));
    assertEquals(
        "others", client.get("api/state?tab=two&picture=0&holding=false").get("lease").text());
    assertEquals(
        "mine", client.get("api/state?tab=one&picture=0&holding=true").get("lease").text());
    assertEquals(200, client.ask("POST", "api/pictures/1/lease", "{\"tab\": \"two\"}").status());
    assertEquals(200, client.ask("POST", lease, "{\"tab\": \"two\", \"force\": true}").status());
    refused(409, "taken it over", save(0, "one", client.version(0), object(TRIANGLE)));
    assertEquals(
        "others", client.get("api/state?tab=one&picture=0&holding=true").get("lease").text());
    assertEquals(204, client.ask("POST", "api/release", "{\"tab\": \"two\"}").status());
    assertEquals(
        "free", client.get("api/state?tab=one&picture=0&holding=false").get("lease").text());
    refused(400, "tab", client.ask("POST", lease, "{}"));
    refused(400, "tab", client.ask("POST", lease, "{\"tab\": \"%s\"}".formatted("x".repeat(101))));
  }

  @Test
  void whoHasNoTokenOrComesFromElsewhereGetsNothing() {
    for (String path :
        List.of("api/state?tab=t", "api/pictures", "api/pictures/0", "api/pictures/0/image")) {
      assertEquals(401, client.ask("GET", path, "", "Authorization", "Bearer x").status(), path);
      assertEquals(
          403, client.ask("GET", path, "", "Origin", "http://evil.example").status(), path);
    }
    assertEquals(
        403,
        client
            .ask("PUT", "api/pictures/0", Client.edits("t", 1, true, ""), "Origin", "null")
            .status());
    assertEquals(200, client.ask("GET", "", "", "Authorization", "Bearer x").status(), "the page");
  }

  @Test
  void noPathLeadsOutOfThePage() throws IOException {
    Files.writeString(dir.resolve("secret.json"), "{}");
    for (String path :
        List.of(
            "..%2fLeases.class",
            "%2e%2e/Leases.class",
            "texts/..%2findex.html",
            "texts/%2e%2e%2findex.html",
            "secret.json",
            "annotations.json",
            "a.png",
            "api/pictures/..%2f..%2fsecret.json",
            "api/pictures/0/..%2fimage")) {
      int status = client.ask("GET", path, "").status();
      assertTrue(status == 404 || status == 400, path + ": " + status);
    }
    assertEquals(200, client.ask("GET", "texts/de.json", "").status());
  }

  @Test
  void aFullDiskIsSaidAndLabelsStayWhole() throws IOException {
    Client.Said first = save(0, "tab", client.version(0), object(TRIANGLE));
    String before = Files.readString(labels());
    // A file cannot be written beside: as with a full disk nothing is renamed.
    Path away = dir.resolveSibling(dir.getFileName() + "-away");
    Files.move(dir, away);
    Files.writeString(dir, "in the way");
    try {
      Client.Said refused =
          save(
              0,
              "tab",
              (long) first.json().get("version").number(),
              object(TRIANGLE) + "," + object(box(3, 3)));
      refused(507, "nothing was saved", refused);
    } finally {
      Files.delete(dir);
      Files.move(away, dir);
    }
    assertEquals(before, Files.readString(labels()));
    Client.Said again =
        save(
            0,
            "tab",
            (long) first.json().get("version").number(),
            object(TRIANGLE) + "," + object(box(3, 3)));
    assertEquals(200, again.status(), "the page tries it again");
    assertEquals(2, CocoJson.readInstances(labels()).annotations().size());
  }

  @Test
  void aSecondServerOfTheSameLabelsRefuses() {
    assertThrows(
        LabelConflictException.class,
        () ->
            AnnotateServer.start(
                AnnotateWishes.of(dir), ServerSettings.local(), () -> null, faults::add));
  }

  @Test
  void aFolderWithoutPicturesRefuses(@TempDir Path empty) {
    assertThrows(
        DatasetException.class,
        () ->
            AnnotateServer.start(
                AnnotateWishes.of(empty), ServerSettings.local(), () -> null, faults::add));
    assertThrows(
        DatasetException.class,
        () ->
            AnnotateServer.start(
                AnnotateWishes.of(empty.resolve("none")),
                ServerSettings.local(),
                () -> null,
                faults::add));
  }

  @Test
  void classesAreAddedAndRenamed() {
    JsonTree added = client.send("POST", "api/classes", "{\"name\": \" mouse \"}");
    assertEquals("mouse", added.get("classes").elements().get(2).get("name").text());
    assertTrue(added.get("classes").elements().get(2).get("colour").text().matches("#[0-9a-f]{6}"));
    refused(400, "mouse", client.ask("POST", "api/classes", "{\"name\": \"mouse\"}"));
    refused(400, "name", client.ask("POST", "api/classes", "{}"));
    client.send("PUT", "api/classes/3", "{\"name\": \"rat\"}");
    assertEquals(
        List.of("cat", "dog", "rat"),
        CocoJson.readInstances(labels()).categories().stream().map(c -> c.name()).toList());
    refused(400, "id of a class", client.ask("PUT", "api/classes/9", "{\"name\": \"x\"}"));
  }

  @Test
  void withoutAModelPromptsAndWithoutADonePictureTrainingsAreRefused() {
    refused(
        404,
        "--prompt-model",
        client.ask("POST", "api/pictures/0/prompt", "{\"points\": [[1, 1, 1]]}"));
    refused(
        400,
        "no picture with an object is done",
        client.ask("POST", "api/training", "{\"minutes\": 1}"));
    refused(400, "minutes", client.ask("POST", "api/training", "{\"minutes\": 0}"));
    refused(400, "minutes", client.ask("POST", "api/training", "{\"minutes\": \"x\"}"));
  }

  @Test
  void labelsAreExportedInEveryFormat() {
    refused(400, "nothing is labelled", client.ask("POST", "api/export", "{\"format\": \"coco\"}"));
    save(0, "tab", client.version(0), object(TRIANGLE));
    save(5, "tab", client.version(5), object(box(4, 5)));
    for (JsonTree format : client.get("api/state?tab=t").get("formats").elements()) {
      JsonTree written =
          client.send("POST", "api/export", "{\"format\": \"%s\"}".formatted(format.text()));
      assertEquals(2, written.get("pictures").integer());
      Path folder = Path.of(written.get("folder").text());
      assertTrue(folder.startsWith(dir.resolve(AnnotateServer.WORK)), folder.toString());
      assertTrue(Files.isDirectory(folder), folder.toString());
    }
    JsonTree again = client.send("POST", "api/export", "{\"format\": \"coco\"}");
    assertTrue(again.get("folder").text().endsWith("export-coco-2"), "earlier ones stay");
    refused(400, "one of [coco", client.ask("POST", "api/export", "{\"format\": \"../x\"}"));
    try (var files = Files.list(dir.resolve(AnnotateServer.WORK + "/export-coco-1/annotations"))) {
      assertEquals(1, files.count());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void theFileIsADataSetToTrainOn() {
    save(0, "tab", client.version(0), object(TRIANGLE));
    save(1, "tab", client.version(1), "");
    assertEquals(2, CocoInstanceDataset.open(labels(), DataFolder.of(dir)).size());
  }

  @Test
  void aThousandObjectsAreSavedAtOnce() {
    String many =
        IntStream.range(0, 1000).mapToObj(i -> object(TRIANGLE)).collect(Collectors.joining(","));
    assertEquals(
        Optional.of(1000),
        Optional.of(
            save(0, "tab", client.version(0), many).json().get("objects").elements().size()));
  }
}
