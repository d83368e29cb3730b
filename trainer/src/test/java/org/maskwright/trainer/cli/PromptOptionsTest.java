package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.prompt.TinySam;

/** {@code predict} with points, boxes and masks. */
class PromptOptionsTest {
  private static final int WIDTH = 50;
  private static final int HEIGHT = 40;

  @TempDir private static Path folder;

  /** How a command ended, and what it said. */
  private record Ended(int code, String out, String err) {}

  @BeforeAll
  static void write() throws Exception {
    TinySam.write(folder.resolve("sam"));
    Path other = Files.createDirectory(folder.resolve("other"));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get("mask2former-tiny"), ClassSpace.OBJECT)) {
      ModelFile file =
          ModelFile.of(
              model.config(),
              ClassSpace.OBJECT,
              64,
              64,
              org.maskwright.datasets.Normalization.IMAGENET,
              "none");
      ModelFolder.write(other, file, model, java.util.Optional.empty(), java.util.Optional.empty());
    }
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    new Random(5).nextBytes(rgb);
    Files.createDirectory(folder.resolve("photos"));
    Picture.ofRgb(rgb, WIDTH, HEIGHT).writePng(folder.resolve("photos/a.png"));
    Picture.ofRgb(rgb, WIDTH, HEIGHT).writePng(folder.resolve("photos/b.png"));
    LabelPng.writeGrey8(folder.resolve("empty.png"), new LabelMap(HEIGHT, WIDTH, new int[2000]));
    LabelPng.writeGrey8(folder.resolve("small.png"), new LabelMap(2, 2, new int[] {1, 0, 0, 0}));
  }

  private static Ended run(String model, String photo, String options) {
    List<String> words = new ArrayList<>(List.of("predict", folder.resolve(model).toString()));
    if (!photo.isEmpty()) {
      words.add(folder.resolve(photo).toString());
    }
    words.addAll(Arrays.asList(options.strip().replace("DIR", folder.toString()).split(" ", -1)));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Maskwright.run(new PrintWriter(out), new PrintWriter(err), words.toArray(String[]::new));
    return new Ended(code, out.toString(), err.toString());
  }

  @Test
  void masksArePicturesAndRunLengthsAndCanBeHandedBack() throws Exception {
    Path out = folder.resolve("answers");
    Ended first = run("sam", "photos/a.png", "--point 10,12 --point 30.5,5- --json --out " + out);
    assertEquals(0, first.code(), first::err);
    assertTrue(first.out().contains("\"quality\""), first.out());
    Config json = ConfigFactory.parseFile(out.resolve("a.json").toFile());
    assertEquals(WIDTH, json.getInt("width"));
    Config mask = json.getConfigList("masks").get(0);
    assertEquals("a.mask-1.png", mask.getString("mask"));
    Rle runs = Rle.ofString(HEIGHT, WIDTH, mask.getString("segmentation.counts"));
    LabelMap picture = LabelPng.read(out.resolve("a.mask-1.png"));
    byte[] bitmap = runs.toBitmap();
    for (int i = 0; i < bitmap.length; i++) {
      assertEquals(255 * bitmap[i], picture.labels()[i]);
    }
    assertTrue(Files.size(out.resolve("a.png")) > 0);
    Path again = folder.resolve("again");
    Ended second =
        run(
            "sam",
            "photos/a.png",
            "--box 3,4,30,30 --mask %s --multimask --out %s"
                .formatted(out.resolve("a.mask-1.png"), again));
    assertEquals(0, second.code(), second::err);
    assertTrue(Files.exists(again.resolve("a.mask-3.png")));
    assertTrue(second.out().contains("object 1, hypothesis 3: quality"), second.out());
  }

  @Test
  void severalBoxesAreSeveralObjects() {
    Ended ended =
        run(
            "sam",
            "photos/b.png",
            "--box 3,4,30,30 --box 0,0,50,40 --out " + folder.resolve("boxes"));
    assertEquals(0, ended.code(), ended::err);
    assertTrue(ended.out().contains("object 2: quality"), ended.out());
    assertTrue(Files.exists(folder.resolve("boxes/b.mask-2.png")));
    assertFalse(Files.exists(folder.resolve("boxes/b.mask-3.png")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "sam; photos/a.png; --point 50,3; 2; --point: expected x,y inside the picture of 50 x 40",
        "sam; photos/a.png; --point 3; 2; --point: expected X,Y in pixels",
        "sam; photos/a.png; --point 3,-2; 2; --point: expected X,Y in pixels",
        "sam; photos/a.png; --box 1,1,60,5; 2; --box: expected it inside the picture",
        "sam; photos/a.png; --box 5,1,5,7; 2; --box: expected x0,y0,x1,y1 with x0 < x1",
        "sam; photos/a.png; --box 1,2,3; 2; --box: expected X0,Y0,X1,Y1",
        "sam; photos/a.png; --box 1,1,5,5 --box 2,2,7,7 --point 1,1; 2; --box: expected one",
        "sam; photos/a.png; --multimask; 2; --point: expected a point, a box or a mask",
        "sam; photos/a.png; --mask DIR/empty.png; 2; --mask: expected pixels of the object",
        "sam; photos/a.png; --mask DIR/small.png; 2; --mask: expected a picture of the photograph's"
            + " size, 50 x 40 pixels, got 2 x 2",
        "sam; photos/a.png; --mask DIR/none.png; 4; none.png",
        "sam; photos/a.png; --point 1,1 --task instance; 2; --task: not with --point",
        "sam; photos/a.png; --point 1,1 --video x.mp4; 2; --video: not with --point",
        "sam; photos; --point 1,1; 2; expected one photograph",
        "sam; ''; --point 1,1; 2; expected one photograph",
        "sam; photos/none.png; --point 1,1; 4; none.png",
        "sam; photos/a.png; --short-edge 64; 3; give predict a --point",
        "other; photos/a.png; --point 1,1; 2; expected a model folder that answers prompts",
      })
  void whatCannotBeAnsweredSaysWhatCan(
      String model, String photo, String options, int code, String message) {
    Ended ended = run(model, photo, options + " --out " + folder.resolve("refused"));
    assertEquals(code, ended.code(), ended::err);
    assertTrue(
        ended.err().contains(message.replace("give predict a --point", "--point X,Y")), ended::err);
    assertFalse(Files.exists(folder.resolve("refused")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "export MODEL --to onnx --out DIR/m.onnx",
        "inspect outputs MODEL --input DIR/x.safetensors --out DIR/y.safetensors"
      })
  void whatNeedsOutputsOfAPictureAloneRefusesTheModel(String command) {
    StringWriter err = new StringWriter();
    int code =
        Maskwright.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            command
                .replace("MODEL", folder.resolve("sam").toString())
                .replace("DIR", folder.toString())
                .split(" ", -1));
    assertEquals(3, code, err::toString);
    assertTrue(err.toString().contains("--point X,Y"), err::toString);
  }
}
