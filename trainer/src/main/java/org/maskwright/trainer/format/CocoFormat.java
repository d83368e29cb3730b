package org.maskwright.trainer.format;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.CocoInstancesFile;
import org.maskwright.datasets.annotation.CocoPanopticFile;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.image.LabelRows;
import org.maskwright.trainer.result.ResultFiles;

/**
 * COCO's annotation file of all photographs, with masks as compressed run lengths and each with its
 * score ({@link CocoInstancesFile}), as CVAT imports it and pycocotools opens it. Panoptic results
 * have COCO's panoptic file and PNGs beside it.
 */
public final class CocoFormat implements PredictionFormat {
  private static final String NAME = "coco";
  private static final String INSTANCES = NAME + "/instances.json";
  private static final String PANOPTIC = NAME + "/panoptic.json";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "COCO's JSON of all photographs, masks as run lengths, with scores; CVAT imports it. Files: `coco/instances.json`; of panoptic results `coco/panoptic.json` and `coco/panoptic/*.png` too.";
  }

  @Override
  public List<String> files(String output) {
    return List.of(png(output));
  }

  private static String png(String output) {
    return NAME + "/panoptic/" + output + ".png";
  }

  @Override
  public FormatWriter start(ResultFiles files, FormatContext context) throws IOException {
    var instances = new CocoInstancesFile(files.json(INSTANCES), context.categories());
    return context.task().equals(Optional.of(Task.PANOPTIC))
        ? new Panoptic(
            files, instances, new CocoPanopticFile(files.json(PANOPTIC), context.categories()))
        : new Instances(instances);
  }

  private record Instances(CocoInstancesFile file) implements FormatWriter {
    @Override
    public void add(PredictedImage image) throws IOException {
      file.add(image.name(), image.size(), image.objects());
    }

    @Override
    public void end() throws IOException {
      file.end();
    }
  }

  private record Panoptic(ResultFiles files, CocoInstancesFile instances, CocoPanopticFile panoptic)
      implements FormatWriter {
    @Override
    public void add(PredictedImage image) throws IOException {
      instances.add(image.name(), image.size(), image.objects());
      LabelRows ids =
          panoptic.add(image.name(), image.output() + ".png", image.size(), image.objects());
      files.write(png(image.output()), LabelPng.rgbIds(ids));
    }

    @Override
    public void end() throws IOException {
      instances.end();
      panoptic.end();
    }
  }
}
