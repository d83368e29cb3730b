package org.maskwright.modelzoo.weights;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A JSON file that lies beside weights and says what they do not show. */
public final class JsonFile {
  private static final long MAX_BYTES = 1 << 24;

  private JsonFile() {}

  /**
   * Its values.
   *
   * @throws CheckpointException if there is no such regular file, or it is no JSON
   */
  public static Config read(Path file) {
    MappedFile.requireRegular(file);
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new CheckpointException(file, "is larger than " + MAX_BYTES + " bytes");
      }
      return ConfigFactory.parseFile(
          file.toFile(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
    } catch (ConfigException e) {
      throw new CheckpointException(file, "is not valid JSON: " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      throw new CheckpointException(file, "objects nested too deeply", e);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e, e);
    }
  }
}
