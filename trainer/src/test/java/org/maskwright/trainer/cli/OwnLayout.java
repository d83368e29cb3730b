package org.maskwright.trainer.cli;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * The layouts that docs/data-sets.md lists for data of one's own, as tools write them: photographs
 * of 64 x 64 pixels, each of a nut and a bolt, which are squares.
 */
enum OwnLayout {
  MASKS("instance or semantic masks") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("images/p{i}.jpg");
      folder.masks("masks/p{i}.png", NUMBERS);
      folder.text("classes.txt", "background\nnut\nbolt\n");
    }
  },
  MASKS_WITH_A_SUFFIX_IN_FOLDERS_OF_PARTS("train and val around both") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("{train|val}/images/p{i}.png");
      folder.masks("{train|val}/masks/p{i}_mask.png", NUMBERS);
    }
  },
  COLOURS("masks of colours") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("images/p{i}.png");
      folder.masks("masks/p{i}.png", COLOURED);
      folder.text("label_colors.txt", "0 0 0 background\n255 0 0 nut\n0 0 255 bolt\n");
    }
  },
  FILE_FOR_EACH_OBJECT("a mask for each object") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("images/p{i}.png");
      folder.masks("masks/p{i}/nut/1.png", NUT_ALONE);
      folder.masks("masks/p{i}/bolt/1.png", BOLT_ALONE);
    }
  },
  FILE_FOR_EACH_CLASS("a mask for each class") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("images/p{i}.png");
      folder.masks("masks/nut/p{i}.png", NUT_ALONE);
      folder.masks("masks/bolt/p{i}.png", BOLT_ALONE);
    }
  },
  COCO_ONE_FILE("CVAT's COCO export") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("images/p{i}.png");
      folder.text("annotations/instances_default.json", coco(0, PHOTOS));
    }
  },
  COCO_OF_ROBOFLOW("a COCO file beside the photographs of each part") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("{train|valid}/p{i}.png");
      folder.text("train/_annotations.coco.json", coco(0, TRAIN));
      folder.text("valid/_annotations.coco.json", coco(TRAIN, PHOTOS));
    }
  },
  YOLO("YOLO's outlines") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("images/{train|val}/p{i}.png");
      String bolt = "1 " + points(BOLT, 1.0 / SIDE, " ") + "\n";
      folder.texts(
          "labels/{train|val}/p{i}.txt", i -> "0 " + points(nut(i), 1.0 / SIDE, " ") + "\n" + bolt);
      folder.text("data.yaml", "train: images/train\nval: images/val\nnames: [nut, bolt]\n");
    }
  },
  LABELME("labelme") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("p{i}.png");
      String shape = "{'label': '%s', 'points': %s, 'shape_type': 'polygon'}";
      folder.texts(
          "p{i}.json",
          i ->
              "{'shapes': [%s, %s], 'imagePath': 'p%d.png'}"
                  .formatted(
                      shape.formatted("nut", pairs(nut(i), 1)),
                      shape.formatted("bolt", pairs(BOLT, 1)),
                      i));
    }
  },
  VIA("VGG Image Annotator") {
    @Override
    void write(Folder folder) throws IOException {
      String region =
          "{'shape_attributes': {'name': 'rect', 'x': %d, 'y': %d, 'width': %d, 'height': %d},"
              + " 'region_attributes': {'class': '%s'}}";
      String files =
          IntStream.range(0, PHOTOS)
              .mapToObj(
                  i ->
                      "'p%d.png1': {'filename': 'p%d.png', 'size': 1, 'regions': [%s, %s]}"
                          .formatted(
                              i,
                              i,
                              region.formatted(nut(i)[0], nut(i)[1], nut(i)[2], nut(i)[3], "nut"),
                              region.formatted(BOLT[0], BOLT[1], BOLT[2], BOLT[3], "bolt")))
              .collect(Collectors.joining(", "));
      folder.photos("p{i}.png");
      folder.text(
          "via_project.json", "{'_via_settings': {}, '_via_img_metadata': {" + files + "}}");
    }
  },
  SUPERVISELY("Supervisely") {
    @Override
    void write(Folder folder) throws IOException {
      folder.text("meta.json", "{'classes': [{'title': 'nut'}, {'title': 'bolt'}]}");
      String object =
          "{'classTitle': '%s', 'geometryType': 'polygon', 'points': {'exterior': %s, 'interior': []}}";
      folder.photos("img/p{i}.png");
      folder.texts(
          "ann/p{i}.png.json",
          i ->
              "{'size': {'height': 64, 'width': 64}, 'objects': [%s, %s]}"
                  .formatted(
                      object.formatted("nut", pairs(nut(i), 1)),
                      object.formatted("bolt", pairs(BOLT, 1))));
    }
  },
  LABEL_STUDIO("Label Studio") {
    @Override
    void write(Folder folder) throws IOException {
      String result =
          "{'original_width': 64, 'original_height': 64, 'value': {'points': %s, 'polygonlabels': ['%s']}}";
      String tasks =
          IntStream.range(0, PHOTOS)
              .mapToObj(
                  i ->
                      "{'id': %d, 'data': {'image': '/data/upload/1/0a1b2c3d-p%d.png'}, 'annotations': [{'result': [%s, %s]}]}"
                          .formatted(
                              i + 1,
                              i,
                              result.formatted(pairs(nut(i), 100.0 / SIDE), "nut"),
                              result.formatted(pairs(BOLT, 100.0 / SIDE), "bolt")))
              .collect(Collectors.joining(", "));
      folder.photos("images/p{i}.png");
      folder.text("export.json", "[" + tasks + "]");
    }
  },
  CVAT_MASKS("CVAT's segmentation masks") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("JPEGImages/p{i}.jpg");
      folder.masks("SegmentationClass/p{i}.png", COLOURED);
      folder.masks("SegmentationObject/p{i}.png", new int[] {0, 0x800000, 0x008000});
      folder.text("ImageSets/Segmentation/default.txt", lines("p{i}", 0, PHOTOS));
      folder.text("labelmap.txt", "background:0,0,0::\nnut:255,0,0::\nbolt:0,0,255::\n");
    }
  },
  ROBOFLOW_MASKS("Roboflow's masks") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("{train|valid}/p{i}.jpg");
      folder.masks("{train|valid}/p{i}_mask.png", NUMBERS);
      folder.texts(
          "{train|valid}/_classes.csv",
          i -> "Pixel Value, Class\n0, background\n1, nut\n2, bolt\n");
    }
  },
  LISTS("lists of pairs") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("shots/p{i}.png");
      folder.masks("drawn/m{i}.png", NUMBERS);
      folder.text("train.txt", lines("shots/p{i}.png drawn/m{i}.png", 0, TRAIN));
      folder.text("val.txt", lines("shots/p{i}.png drawn/m{i}.png", TRAIN, PHOTOS));
      folder.text("classes.txt", "background\nnut\nbolt\n");
    }
  },
  VOC_COPY("VOC as tools copy it") {
    @Override
    void write(Folder folder) throws IOException {
      folder.photos("JPEGImages/p{i}.png");
      folder.masks("SegmentationClass/p{i}.png", NUMBERS);
      folder.text("class_names.txt", "background\nnut\nbolt\n");
    }
  };

  private static final int PHOTOS = 8;
  private static final int TRAIN = 5; // the first of them
  private static final int SIDE = 64;
  private static final int[] BOLT = {36, 34, 20, 24}; // x, y, width, height
  private static final int[] NUMBERS = new int[] {0, 1, 2};
  private static final int[] COLOURED = new int[] {0, 0xFF0000, 0x0000FF};
  private static final int[] NUT_ALONE = new int[] {0, 255, 0};
  private static final int[] BOLT_ALONE = new int[] {0, 0, 255};

  private final String what;

  OwnLayout(String what) {
    this.what = what;
  }

  abstract void write(Folder folder) throws IOException;

  @Override
  public String toString() {
    return what;
  }

  private static int[] nut(int photo) {
    return new int[] {4 + photo, 6, 22, 20};
  }

  /** A name with the number of a photograph for {i}, and the first or second of {a|b}. */
  private static String name(String pattern, int photo) {
    return pattern
        .replace("{i}", Integer.toString(photo))
        .replaceAll("\\{(\\w+)\\|(\\w+)}", photo < TRAIN ? "$1" : "$2");
  }

  private static String lines(String pattern, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> name(pattern, i) + "\n")
        .collect(Collectors.joining());
  }

  private static List<double[]> corners(int[] box, double scale) {
    double left = box[0] * scale;
    double top = box[1] * scale;
    double right = (box[0] + box[2]) * scale;
    double bottom = (box[1] + box[3]) * scale;
    return List.of(
        new double[] {left, top},
        new double[] {right, top},
        new double[] {right, bottom},
        new double[] {left, bottom});
  }

  private static String points(int[] box, double scale, String between) {
    return corners(box, scale).stream()
        .map(corner -> corner[0] + between + corner[1])
        .collect(Collectors.joining(between));
  }

  private static String pairs(int[] box, double scale) {
    return corners(box, scale).stream()
        .map(corner -> "[" + corner[0] + ", " + corner[1] + "]")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String coco(int from, int to) {
    String images =
        IntStream.range(from, to)
            .mapToObj(
                i ->
                    "{'id': %d, 'file_name': 'p%d.png', 'width': 64, 'height': 64}"
                        .formatted(i + 1, i))
            .collect(Collectors.joining(", "));
    String annotations =
        IntStream.range(from, to)
            .mapToObj(i -> annotation(2 * i + 1, i, 1, nut(i)) + annotation(2 * i + 2, i, 2, BOLT))
            .collect(Collectors.joining());
    return "{'images': [%s], 'annotations': [%s], 'categories': [{'id': 1, 'name': 'nut'}, {'id': 2, 'name': 'bolt'}]}"
        .formatted(images, annotations.substring(0, annotations.length() - 1));
  }

  private static String annotation(int id, int photo, int category, int[] box) {
    return String.format(
        Locale.ROOT,
        "{'id': %d, 'image_id': %d, 'category_id': %d, 'iscrowd': 0, 'area': %d, 'bbox': [%d, %d, %d, %d], 'segmentation': [[%s]]},",
        id,
        photo + 1,
        category,
        box[2] * box[3],
        box[0],
        box[1],
        box[2],
        box[3],
        points(box, 1, ", "));
  }

  /** Where files go. */
  record Folder(Path root) {
    private void photos(String pattern) throws IOException {
      for (int i = 0; i < PHOTOS; i++) {
        photo(name(pattern, i), i);
      }
    }

    private void masks(String pattern, int[] values) throws IOException {
      for (int i = 0; i < PHOTOS; i++) {
        mask(name(pattern, i), i, values);
      }
    }

    private void texts(String pattern, IntFunction<String> content) throws IOException {
      for (int i = 0; i < PHOTOS; i++) {
        text(name(pattern, i), content.apply(i));
      }
    }

    private void photo(String name, int number) throws IOException {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      paint(image, number, new int[] {0x407040, 0xB0A080 + 3 * number, 0x606080});
      ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), made(name));
    }

    /** Values of background, nut and bolt, all up to 255 in grey, else colours. */
    private void mask(String name, int number, int[] values) throws IOException {
      boolean grey = Math.max(values[1], values[2]) <= 255;
      BufferedImage colours = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      paint(colours, number, values);
      BufferedImage image = colours;
      if (grey) {
        image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < SIDE * SIDE; i++) {
          int value = colours.getRGB(i % SIDE, i / SIDE) & 0xFF;
          image.getRaster().setSample(i % SIDE, i / SIDE, 0, value);
        }
      }
      ImageIO.write(image, "png", made(name));
    }

    private static void paint(BufferedImage image, int number, int[] values) {
      Graphics2D g = image.createGraphics();
      int[][] boxes = {{0, 0, SIDE, SIDE}, nut(number), BOLT};
      for (int i = 0; i < boxes.length; i++) {
        g.setColor(new Color(values[i]));
        g.fillRect(boxes[i][0], boxes[i][1], boxes[i][2], boxes[i][3]);
      }
      g.dispose();
    }

    private void text(String name, String content) throws IOException {
      Files.writeString(made(name).toPath(), content.replace('\'', '"'));
    }

    private File made(String name) throws IOException {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      return file.toFile();
    }
  }
}
