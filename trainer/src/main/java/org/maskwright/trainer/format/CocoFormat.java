package org.maskwright.trainer.format;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultSegment;
import org.maskwright.trainer.result.SegmentFields;

/**
 * COCO's annotation file of all photographs, with masks as compressed run lengths and each with its
 * score, as CVAT imports it and pycocotools opens it. Panoptic results have COCO's panoptic file
 * and PNGs beside it.
 *
 * <p>Images and annotations are numbered from 1, categories too, in the model's order.
 *
 * <p><b>Source</b> cocodataset.org, "Data format"; CVAT's documentation, "MS COCO".
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
    boolean panoptic = context.task().equals(Optional.of(Task.PANOPTIC));
    return new Writer(
        files, context, panoptic ? Optional.of(opened(files, PANOPTIC)) : Optional.empty());
  }

  private static JsonGenerator opened(ResultFiles files, String name) throws IOException {
    JsonGenerator json = files.json(name);
    json.writeStartObject();
    json.writeArrayFieldStart("annotations");
    return json;
  }

  private static final class Writer implements FormatWriter {
    private record Image(int id, String name, int width, int height) {}

    private final ResultFiles files;
    private final FormatContext context;
    private final JsonGenerator instances;
    private final Optional<JsonGenerator> panoptic;
    private final List<Image> images = new ArrayList<>();
    private int annotations;

    Writer(ResultFiles files, FormatContext context, Optional<JsonGenerator> panoptic)
        throws IOException {
      this.files = files;
      this.context = context;
      this.instances = opened(files, INSTANCES);
      this.panoptic = panoptic;
    }

    @Override
    public void add(PredictedImage image) throws IOException {
      images.add(
          new Image(image.number(), image.name(), image.size().width(), image.size().height()));
      for (ResultSegment segment : image.segments()) {
        instances.writeStartObject();
        instances.writeNumberField("id", ++annotations);
        instances.writeNumberField("image_id", image.number());
        about(instances, segment);
        SegmentFields.segmentation(instances, segment.mask());
        instances.writeNumberField("score", segment.score());
        instances.writeEndObject();
      }
      if (panoptic.isPresent()) {
        addPanoptic(panoptic.get(), image);
      }
    }

    private void about(JsonGenerator json, ResultSegment segment) throws IOException {
      Rle mask = segment.mask();
      json.writeNumberField("category_id", context.categories().get(segment.classIndex()).id());
      json.writeNumberField("area", mask.area());
      SegmentFields.box(json, mask.box());
      json.writeNumberField("iscrowd", 0);
    }

    private void addPanoptic(JsonGenerator json, PredictedImage image) throws IOException {
      int width = image.size().width();
      int height = image.size().height();
      int[] ids = new int[width * height];
      json.writeStartObject();
      json.writeNumberField("image_id", image.number());
      json.writeStringField("file_name", image.output() + ".png");
      json.writeArrayFieldStart("segments_info");
      for (int i = 0; i < image.segments().size(); i++) {
        ResultSegment segment = image.segments().get(i);
        segment.mask().paint(ids, i + 1);
        json.writeStartObject();
        json.writeNumberField("id", i + 1);
        about(json, segment);
        json.writeNumberField("score", segment.score());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
      files.write(png(image.output()), LabelPng.encodeRgbIds(new LabelMap(height, width, ids)));
    }

    @Override
    public void end() throws IOException {
      end(instances);
      if (panoptic.isPresent()) {
        end(panoptic.get());
      }
    }

    private void end(JsonGenerator json) throws IOException {
      json.writeEndArray();
      json.writeArrayFieldStart("images");
      for (Image image : images) {
        json.writeStartObject();
        json.writeNumberField("id", image.id());
        json.writeStringField("file_name", image.name());
        json.writeNumberField("width", image.width());
        json.writeNumberField("height", image.height());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("categories");
      for (Category category : context.categories()) {
        int rgb = category.rgb().orElse(0);
        json.writeStartObject();
        json.writeNumberField("id", category.id());
        json.writeStringField("name", category.name());
        json.writeStringField("supercategory", "");
        json.writeNumberField("isthing", category.thing() ? 1 : 0);
        json.writeFieldName("color");
        json.writeArray(new int[] {rgb >> 16, rgb >> 8 & 255, rgb & 255}, 0, 3);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }
}
