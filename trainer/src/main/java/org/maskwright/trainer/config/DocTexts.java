package org.maskwright.trainer.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.Optional;
import java.util.Properties;
import org.maskwright.settings.Doc;

/**
 * What a key means: {@link Doc} on the component, or, for records of modules that know no
 * configuration, a line of a resource.
 */
final class DocTexts {
  static final String RESOURCE = "meanings.properties";

  private static final Properties MEANINGS = load();

  private DocTexts() {}

  private static Properties load() {
    Properties out = new Properties();
    try (InputStream in = DocTexts.class.getResourceAsStream(RESOURCE)) {
      out.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
    return out;
  }

  static Optional<String> of(RecordComponent component) {
    Doc doc = component.getAnnotation(Doc.class);
    if (doc != null) {
      return Optional.of(doc.value());
    }
    return Optional.ofNullable(
        MEANINGS.getProperty(
            component.getDeclaringRecord().getSimpleName() + "." + component.getName()));
  }
}
