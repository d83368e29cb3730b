package org.maskwright.benchmarks.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.files.OutputFile;

/**
 * Writes a data set of {@link Cells} in COCO's layout: DIR/images/{train,val}/*.png and
 * DIR/annotations/instances_{train,val}.json, one class "cell".
 *
 * <p>Arguments: DIR, training pictures, validation pictures, side in pixels, cells in a picture.
 */
public final class CellData {
  private static final int VAL_SEED = 1_000_000;

  private CellData() {}

  /** The program. */
  public static void main(String[] args) throws IOException {
    if (args.length != 5) {
      throw new IllegalArgumentException(
          "expected DIR TRAIN VAL SIDE CELLS, got " + args.length + " arguments");
    }
    int side = Integer.parseInt(args[3]);
    int cells = Integer.parseInt(args[4]);
    write(Path.of(args[0]), "train", Integer.parseInt(args[1]), 0, side, cells);
    write(Path.of(args[0]), "val", Integer.parseInt(args[2]), VAL_SEED, side, cells);
  }

  /** Writes one part; picture i has the seed {@code firstSeed + i}. */
  static void write(Path dir, String part, int count, long firstSeed, int side, int cells)
      throws IOException {
    StringWriter images = new StringWriter();
    StringWriter annotations = new StringWriter();
    int annotation = 0;
    try (JsonGenerator i = array(images);
        JsonGenerator a = array(annotations)) {
      for (int image = 1; image <= count; image++) {
        Cells.Picture picture = Cells.draw(side, cells, firstSeed + image);
        String file = String.format(Locale.ROOT, "%06d.png", image);
        OutputFile.write(dir.resolve("images").resolve(part).resolve(file), png(picture.image()));
        i.writeStartObject();
        i.writeNumberField("id", image);
        i.writeStringField("file_name", file);
        i.writeNumberField("width", side);
        i.writeNumberField("height", side);
        i.writeEndObject();
        for (Rle mask : picture.masks()) {
          annotation(a, ++annotation, image, mask);
        }
      }
      i.writeEndArray();
      a.writeEndArray();
    }
    OutputFile.write(
        dir.resolve("annotations").resolve("instances_" + part + ".json"),
        "{\"images\":"
            + images
            + ",\"annotations\":"
            + annotations
            + ",\"categories\":[{\"id\":1,\"name\":\"cell\"}]}");
  }

  private static JsonGenerator array(StringWriter to) throws IOException {
    JsonGenerator json = new JsonFactory().createGenerator(to);
    json.writeStartArray();
    return json;
  }

  private static void annotation(JsonGenerator json, int id, int image, Rle mask)
      throws IOException {
    Box box = mask.box();
    json.writeStartObject();
    json.writeNumberField("id", id);
    json.writeNumberField("image_id", image);
    json.writeNumberField("category_id", 1);
    json.writeNumberField("iscrowd", 0);
    json.writeNumberField("area", mask.area());
    json.writeFieldName("bbox");
    int[] xywh = {(int) box.x(), (int) box.y(), (int) box.width(), (int) box.height()};
    json.writeArray(xywh, 0, xywh.length);
    json.writeObjectFieldStart("segmentation");
    json.writeFieldName("size");
    json.writeArray(new int[] {mask.height(), mask.width()}, 0, 2);
    json.writeStringField("counts", mask.toCompressedString());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static byte[] png(RgbImage picture) throws IOException {
    BufferedImage image =
        new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        image.setRGB(x, y, picture.rgb(x, y));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }
}
