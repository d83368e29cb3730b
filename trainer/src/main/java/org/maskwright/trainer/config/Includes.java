package org.maskwright.trainer.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.File;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a configuration file may include: for a file that someone works on other files, each looked
 * through as itself was; for data nothing. Never anything from a network.
 */
final class Includes
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
  private static final int MAX_FILES = 200;

  private final Path from;
  private final AtomicInteger left; // shared by all files of a configuration; 0 = none at all

  private Includes(Path from, AtomicInteger left) {
    this.from = from;
    this.left = left;
  }

  /** Parses a file that may include others; nothing is resolved. */
  static Config parse(Path file) {
    return parse(file, new AtomicInteger(MAX_FILES));
  }

  /** Parses a file that holds values alone. */
  static Config parseData(Path file) {
    HoconText.read(file).requireNoSubstitution();
    Config values = ConfigFactory.parseFile(file.toFile(), options(file, new AtomicInteger()));
    if (!values.isResolved()) { // as += is
      throw new ConfigException(
          Origins.shortened(file) + ": expected values alone, got one that refers to another");
    }
    return values;
  }

  private static Config parse(Path file, AtomicInteger left) {
    HoconText.read(file);
    return ConfigFactory.parseFile(file.toFile(), options(file, left));
  }

  private static ConfigParseOptions options(Path file, AtomicInteger left) {
    boolean json = file.toString().endsWith(".json");
    return ConfigParseOptions.defaults()
        .setAllowMissing(false)
        .setSyntax(json ? ConfigSyntax.JSON : ConfigSyntax.CONF)
        .setIncluder(new Includes(file, left));
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return this; // the library's own would include anything
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    if (what.contains("://")) {
      throw refused(what);
    }
    Path beside = path(what);
    Path file = from.toAbsolutePath().resolveSibling(beside);
    Path named = file.resolveSibling(file.getFileName() + ".conf");
    return included(context, !Files.exists(file) && Files.exists(named) ? named : file);
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    return included(context, what.toPath());
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    throw refused(what.toString());
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    throw refused(what);
  }

  private ConfigObject included(ConfigIncludeContext context, Path file) {
    if (left.get() == 0) {
      throw new ConfigException(
          Origins.shortened(from)
              + ": an include of "
              + file.getFileName()
              + "; expected values alone, as Maskwright writes them");
    }
    if (!Files.exists(file) && context.parseOptions().getAllowMissing()) {
      return ConfigFactory.empty().root();
    }
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(
          Origins.shortened(from)
              + ": an included file was not found: "
              + Origins.shortened(file)
              + "; expected it relative to the file that includes it");
    }
    if (left.decrementAndGet() == 0) {
      throw new ConfigException(
          Origins.shortened(from) + ": more than " + MAX_FILES + " files are included");
    }
    return parse(file, left).root();
  }

  private Path path(String what) {
    try {
      return Path.of(what);
    } catch (InvalidPathException e) {
      throw refused(what);
    }
  }

  private ConfigException refused(String what) {
    return new ConfigException(
        Origins.shortened(from) + ": include of " + what + "; only files can be included");
  }
}
