package org.maskwright.trainer.video;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.image.LabelRows;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.trainer.result.CategoryList;
import org.maskwright.trainer.result.ResultFiles;

/**
 * Panoptic videos as VIPSeg's evaluation reads them: a PNG of ids a frame, an id the same in all
 * frames of a video, and a JSON file of what they stand for.
 */
public final class PanopticVideoFormat implements TrackFormat {
  private static final String NAME = "panoptic-video";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "Panoptic videos as VIPSeg has them, objects and stuff, for `score video --kind vpq` and `stq`. Files: `panoptic-video/pred.json`, `panoptic-video/pan_pred/VIDEO/FRAME.png`.";
  }

  @Override
  public TrackWriter start(ResultFiles files, Categories categories) throws IOException {
    return new Pngs(files, categories, files.json(NAME + "/pred.json"));
  }

  private static final class Pngs implements TrackWriter {
    private final ResultFiles files;
    private final Categories categories;
    private final JsonGenerator json;
    private String video;

    Pngs(ResultFiles files, Categories categories, JsonGenerator json) throws IOException {
      this.files = files;
      this.categories = categories;
      this.json = json;
      json.writeStartObject();
      json.writeArrayFieldStart("annotations");
    }

    @Override
    public void begin(int number, String name) throws IOException {
      video = name;
      json.writeStartObject();
      json.writeStringField("video_id", name);
      json.writeArrayFieldStart("annotations");
    }

    @Override
    public void frame(TrackedFrame frame) throws IOException {
      LabelMap map = frame.tracks();
      Map<Integer, Integer> areas = new HashMap<>();
      for (int track : map.labels()) {
        areas.merge(track, 1, Integer::sum);
      }
      files.write(
          NAME + "/pan_pred/" + video + "/" + frame.name() + ".png",
          LabelPng.rgbIds(LabelRows.of(map)));
      json.writeStartObject();
      json.writeStringField("file_name", frame.name() + ".png");
      json.writeArrayFieldStart("segments_info");
      for (TrackedObject object : frame.objects()) {
        if (areas.containsKey(object.track())) {
          json.writeStartObject();
          json.writeNumberField("id", object.track());
          json.writeNumberField("category_id", categories.get(object.classIndex()).id());
          json.writeNumberField("area", areas.get(object.track()));
          json.writeNumberField("iscrowd", 0);
          json.writeEndObject();
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    }

    @Override
    public void endVideo() throws IOException {
      json.writeEndArray();
      json.writeEndObject();
    }

    @Override
    public void end() throws IOException {
      json.writeEndArray();
      CategoryList.write(json, categories);
      json.writeEndObject();
    }
  }
}
