package org.maskwright.datasets.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.channels.Channels;
import org.maskwright.files.OutputFile;

/** What a JSON file is to hold, written as it is made: however long, it is never in memory. */
@FunctionalInterface
public interface JsonContent {
  /** Writes the whole content. */
  void writeTo(JsonGenerator json) throws IOException;

  /** As the content of a file, on one line. */
  default OutputFile.Content file() {
    return channel -> {
      try (JsonGenerator json =
          new JsonFactory().createGenerator(Channels.newOutputStream(channel))) {
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET); // the channel is the file's
        writeTo(json);
      }
    };
  }

  /** As the content of a file that people read. */
  default OutputFile.Content indentedFile() {
    JsonContent indented =
        json -> {
          json.useDefaultPrettyPrinter();
          writeTo(json);
        };
    return indented.file();
  }
}
