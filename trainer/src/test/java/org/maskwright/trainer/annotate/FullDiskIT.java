package org.maskwright.trainer.annotate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.trainer.launch.SameJava;

/**
 * Labels on a disk that is full: a file system of 1 MiB in memory, which the server's process alone
 * sees ({@code unshare}, of Linux; it needs no rights). Skipped where none can be made.
 */
class FullDiskIT {
  private static final int SIDE = 64;
  private static final int PAGE = 4096; // of which such a disk is made

  @TempDir private Path dir;
  private Process process;
  private Path disk; // as this process sees it
  private Client client;
  private URI link;

  @BeforeEach
  void start() throws Exception {
    List<String> mount =
        new ArrayList<>(
            List.of(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=1m tmpfs \"$0\" && exec \"$@\"",
                dir.toString()));
    requireDisk(mount);
    Path pictures = Files.createTempDirectory("maskwright-full");
    try {
      ImageIO.write(
          new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB),
          "png",
          pictures.resolve("a.png").toFile());
      mount.addAll(List.of("sh", "-c", "cp \"$0\"/a.png \"$1\" && shift && exec \"$@\""));
      mount.addAll(List.of(pictures.toString(), dir.toString()));
      mount.addAll(
          SameJava.command(
              AnnotateChild.class.getName(), List.of(), List.of(dir.toString(), "0", "token")));
      process = new ProcessBuilder(mount).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      link = URI.create(out.readLine());
    } finally {
      Files.delete(pictures.resolve("a.png"));
      Files.delete(pictures);
    }
    disk = Path.of("/proc/%d/root%s".formatted(process.pid(), dir));
    client = new Client(link);
  }

  /** Skips the tests where such a disk cannot be made. */
  private static void requireDisk(List<String> mount) throws InterruptedException {
    List<String> probe = new ArrayList<>(mount);
    probe.add("true");
    String problem;
    try {
      Process tried = new ProcessBuilder(probe).redirectErrorStream(true).start();
      String said = new String(tried.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      problem = tried.waitFor() == 0 ? "" : said.strip();
    } catch (IOException e) {
      problem = e.getMessage();
    }
    assumeTrue(problem.isEmpty(), "no small disk can be made here: " + problem);
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly();
      process.waitFor(); // the disk goes with it
    }
  }

  /** Writes until there is no room but for some pages. */
  private void fill(int pages) throws IOException {
    Path filler = disk.resolve("filler");
    try (OutputStream out = Files.newOutputStream(filler)) {
      byte[] page = new byte[PAGE];
      while (true) {
        out.write(page);
      }
    } catch (IOException full) {
      assertTrue(full.getMessage().contains("No space left"), full.getMessage());
    }
    long size = Files.size(filler) - (long) pages * PAGE;
    try (FileChannel channel = FileChannel.open(filler, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private Client.Said save(int objects) {
    byte[] checks = new byte[SIDE * SIDE];
    for (int i = 0; i < checks.length; i++) {
      checks[i] = (byte) ((i / SIDE + i) % 2);
    }
    String object =
        "{\"category\": 1, \"segmentation\": %s}"
            .formatted(Client.json(Rle.ofBitmap(checks, SIDE, SIDE)));
    String all = String.join(",", Collections.nCopies(objects, object));
    return client.ask("PUT", "api/pictures/0", Client.edits("tab", client.version(0), true, all));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(disk)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void whatIsNotSavedIsSaidAndTheFileOfBeforeStaysWhole() throws Exception {
    assertEquals(200, save(1).status());
    byte[] before = Files.readAllBytes(disk.resolve("annotations.json"));
    fill(3); // room for a part of the next file
    List<String> names = names();
    Client.Said refused = save(30);
    assertEquals(507, refused.status());
    assertTrue(refused.detail().contains("the disk is full"), refused.detail());
    assertTrue(refused.detail().contains("free some space"), refused.detail());
    assertTrue(refused.detail().contains("nothing was saved"), refused.detail());
    assertArrayEquals(before, Files.readAllBytes(disk.resolve("annotations.json")));
    assertEquals(names, names(), "no half of a file is left");
    assertEquals(1, client.get("api/pictures/0").get("objects").elements().size());
    Files.delete(disk.resolve("filler"));
    assertEquals(200, save(30).status());
    Path copy = Files.createTempFile("maskwright", ".json");
    Files.write(copy, Files.readAllBytes(disk.resolve("annotations.json")));
    assertEquals(30, CocoJson.readInstances(copy).annotations().size());
    Files.delete(copy);
  }

  @Test
  void thePageSaysItAndSavesWhenThereIsRoom() throws Exception {
    assumeTrue(Browser.program().isPresent(), "no Chromium on the PATH; CHROMIUM names one");
    try (Browser browser = Browser.start()) {
      Browser.Tab tab = browser.open(link, 1200, 760);
      tab.until("document.querySelector('#pictures .chosen .name')?.textContent === 'a.png'");
      fill(0);
      tab.key("p");
      for (String way : List.of("ArrowLeft", "ArrowRight", "ArrowDown")) {
        for (int i = 0; i < 12; i++) {
          tab.key(way);
        }
        tab.key(" ");
      }
      tab.key("Enter");
      tab.until("document.getElementById('saved').textContent === 'NOT SAVED'");
      tab.until("document.body.innerText.includes('the disk is full')");
      Files.delete(disk.resolve("filler"));
      tab.until("document.getElementById('saved').textContent === 'saved'"); // it tries again
      assertEquals(1, client.get("api/pictures/0").get("objects").elements().size());
      tab.close();
    }
  }
}
