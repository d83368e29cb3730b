package org.maskwright.trainer.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.annotation.Tally;
import org.maskwright.datasets.annotation.YoloFiles;
import org.maskwright.trainer.result.ResultFiles;

/**
 * Ultralytics' YOLO segmentation labels ({@link YoloFiles}).
 *
 * <p>Beside the labels are {@code data.yaml} with the classes and {@code train.txt} with the places
 * where photographs are expected, {@code images/train/...}; they are not copied. CVAT imports this
 * folder, zipped, as "Ultralytics YOLO Segmentation 1.0".
 */
public final class YoloFormat implements PredictionFormat {
  private static final String NAME = "yolo";
  private static final String LIST = "train.txt";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "YOLO segmentation labels with `data.yaml`; CVAT imports the folder. Files: `yolo/labels/train/*.txt`.";
  }

  @Override
  public List<String> files(String output) {
    return List.of(file(output));
  }

  private static String file(String output) {
    return NAME + "/labels/train/" + output + ".txt";
  }

  @Override
  public FormatWriter start(ResultFiles files, FormatContext context) {
    return new Writer(files, context);
  }

  private static final class Writer implements FormatWriter {
    private final ResultFiles files;
    private final FormatContext context;
    private final YoloFiles labels;
    private final List<String> photographs = new ArrayList<>();

    Writer(ResultFiles files, FormatContext context) {
      this.files = files;
      this.context = context;
      this.labels = new YoloFiles(context.polygons(), new Tally());
    }

    @Override
    public void add(PredictedImage image) {
      files.write(file(image.output()), labels.labels(image.size(), image.objects()));
      photographs.add("./images/train/" + image.output() + image.ending());
    }

    @Override
    public void end() {
      Map<String, String> places = Map.of("train", LIST);
      files.write(NAME + "/data.yaml", YoloFiles.yaml(places, context.categories().names()));
      files.write(NAME + "/" + LIST, String.join("\n", photographs) + "\n");
    }
  }
}
