package org.maskwright.trainer.video;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Size;
import org.maskwright.trainer.result.CategoryList;
import org.maskwright.trainer.result.ResultFiles;

/**
 * YouTube-VIS' results of all videos, a list of tracks with a mask a frame, null where the object
 * is absent. Videos are numbered from 1 in their order, as in the list of videos beside it.
 */
public final class YoutubeVisFormat implements TrackFormat {
  private static final String NAME = "youtube-vis";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "YouTube-VIS' results: tracks with a mask a frame, and the videos and categories that their ids stand for. Files: `youtube-vis/results.json`, `youtube-vis/videos.json`.";
  }

  @Override
  public TrackWriter start(ResultFiles files, Categories categories) throws IOException {
    return new Writer(
        files, categories, files.json(NAME + "/results.json"), files.json(NAME + "/videos.json"));
  }

  private static final class Writer implements TrackWriter {
    private final ResultFiles files;
    private final Categories categories;
    private final JsonGenerator results;
    private final JsonGenerator videos;
    private TrackSpool spool;
    private int video;
    private String videoName;
    private int frames;
    private Size size;

    Writer(ResultFiles files, Categories categories, JsonGenerator results, JsonGenerator videos)
        throws IOException {
      this.files = files;
      this.categories = categories;
      this.results = results;
      this.videos = videos;
      results.writeStartArray();
      videos.writeStartObject();
      videos.writeArrayFieldStart("videos");
    }

    @Override
    public void begin(int number, String name) throws IOException {
      spool = new TrackSpool(files.place(NAME));
      video = number;
      videoName = name;
      frames = 0;
      videos.writeStartObject();
      videos.writeNumberField("id", number);
      videos.writeStringField("name", name);
      videos.writeArrayFieldStart("file_names");
    }

    @Override
    public void frame(TrackedFrame frame) throws IOException {
      size = frame.size();
      for (TrackedObject object : frame.objects()) {
        if (object.thing()) {
          spool.add(frames, object);
        }
      }
      frames++;
      videos.writeString(videoName + "/" + frame.file());
    }

    @Override
    public void endVideo() throws IOException {
      videos.writeEndArray();
      videos.writeNumberField("width", size.width());
      videos.writeNumberField("height", size.height());
      videos.writeNumberField("length", frames);
      videos.writeEndObject();
      for (int track : spool.tracks()) {
        results.writeStartObject();
        results.writeNumberField("video_id", video);
        results.writeNumberField("category_id", categories.get(spool.classIndex(track)).id());
        results.writeNumberField("score", spool.score(track));
        results.writeArrayFieldStart("segmentations");
        spool.each(track, frames, this::mask);
        results.writeEndArray();
        results.writeEndObject();
      }
      close();
    }

    private void mask(String counts) throws IOException {
      if (counts == null) {
        results.writeNull();
        return;
      }
      results.writeStartObject();
      results.writeArrayFieldStart("size");
      results.writeNumber(size.height());
      results.writeNumber(size.width());
      results.writeEndArray();
      results.writeStringField("counts", counts);
      results.writeEndObject();
    }

    @Override
    public void end() throws IOException {
      results.writeEndArray();
      videos.writeEndArray();
      CategoryList.write(videos, categories);
      videos.writeEndObject();
    }

    @Override
    public void close() throws IOException {
      if (spool != null) {
        spool.close();
        spool = null;
      }
    }
  }
}
