package org.maskwright.trainer.cases;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.run.TinyRun;

/**
 * What a case needs beside its files: {@code fifo NAME}, {@code gunzip FILE}, {@code labelled
 * FILE}, {@code server PORT}, {@code tiny semantic run}, {@code tiny instance run}, {@code tiny
 * finished run}, {@code copy FILE} (into the run), {@code newest checkpoint cut}.
 */
final class Preparation implements AutoCloseable {
  private final Path folder;
  private final Path work;
  private final List<AutoCloseable> open = new ArrayList<>();

  Preparation(Path folder, Path work) {
    this.folder = folder;
    this.work = work;
  }

  void make(String what) throws Exception {
    String last = what.substring(what.lastIndexOf(' ') + 1);
    switch (what.substring(0, what.lastIndexOf(' '))) {
      case "fifo" -> fifo(work.resolve(last));
      case "gunzip" -> gunzip(last);
      case "labelled" -> labelled(last);
      case "server" -> open.add(server(Integer.parseInt(last)));
      case "tiny semantic" -> tiny("semantic", "semantic.mIoU");
      case "tiny instance" -> tiny("instance", "instance.AP");
      case "tiny finished" -> finishedRun();
      case "copy" ->
          Files.copy(
              folder.resolve(last),
              work.resolve("run").resolve(last),
              StandardCopyOption.REPLACE_EXISTING);
      case "newest checkpoint" -> cutNewestCheckpoint();
      default -> throw new IllegalArgumentException("given: unknown preparation " + what);
    }
  }

  private static void fifo(Path file) throws IOException, InterruptedException {
    Files.createDirectories(file.getParent());
    if (new ProcessBuilder("mkfifo", file.toString()).start().waitFor() != 0) {
      throw new IOException("mkfifo " + file + " failed");
    }
    if (file.getParent().endsWith("images")) { // a data set but for this photograph
      Path masks = Files.createDirectories(file.getParent().resolveSibling("masks"));
      ImageIO.write(
          new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY),
          "png",
          masks.resolve("a.png").toFile());
    }
  }

  private void gunzip(String name) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(folder.resolve(name)))) {
      Files.copy(in, work.resolve(name.substring(0, name.length() - ".gz".length())));
    }
  }

  /** A data set of one photograph. */
  private void labelled(String name) throws IOException {
    Path photograph = Files.createDirectories(work.resolve("images")).resolve(name);
    Files.copy(folder.resolve(name), photograph);
    int[] size = jpegSize(Files.readAllBytes(photograph));
    Path mask = Files.createDirectories(work.resolve("masks")).resolve(name.replace("jpg", "png"));
    BufferedImage image = new BufferedImage(size[0], size[1], BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 1);
    ImageIO.write(image, "png", mask.toFile());
    Files.writeString(work.resolve("classes.txt"), "background\nthing\n");
  }

  /** Width and height from the frame header. */
  private static int[] jpegSize(byte[] jpeg) {
    int at = 2;
    while (at + 8 < jpeg.length) {
      int marker = jpeg[at + 1] & 0xff;
      if (marker >= 0xc0 && marker <= 0xc2) {
        return new int[] {word(jpeg, at + 7), word(jpeg, at + 5)};
      }
      at += 2 + word(jpeg, at + 2);
    }
    throw new IllegalArgumentException("no frame header");
  }

  private static int word(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  /** Takes connections and never answers; one that was taken is an error of the case. */
  private static AutoCloseable server(int port) throws IOException {
    ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    return socket;
  }

  private void tiny(String task, String best) throws IOException {
    Path file =
        TinyRun.write(
            work,
            "task = %s%neval { tasks = [%s], best = %s }%n".formatted(task, task, best)
                + "data { scenes = null, train { type = auto, split = train, hold-out = 0.25,"
                + " images = \"\", annotations = \"\" },"
                + " val { split = val, images = \"\", annotations = \"\" } }%n".formatted());
    Files.move(file, work.resolve("tiny.conf"));
  }

  /** Six steps with checkpoints after the fourth and the sixth. */
  private void finishedRun() throws IOException {
    Path file = TinyRun.write(work, "train.keep-checkpoints = 2");
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said, true);
    int code =
        Maskwright.run(
            writer, writer, "train", file.toString(), "--run-dir", work.resolve("run").toString());
    if (code != 0) {
      throw new IllegalStateException("the run to resume ended with " + code + ": " + said);
    }
  }

  private void cutNewestCheckpoint() throws IOException {
    try (Stream<Path> checkpoints = Files.list(work.resolve("run/checkpoints"))) {
      Path newest =
          checkpoints
              .filter(p -> p.getFileName().toString().startsWith("step-"))
              .max(Comparator.naturalOrder())
              .orElseThrow();
      try (FileChannel file =
          FileChannel.open(newest.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
        file.truncate(file.size() / 2);
      }
    }
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable o : open) {
      o.close();
    }
  }
}
