package org.maskwright.trainer.result;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SampleInfo;

/**
 * Names of result files, one for each image: that of the photograph without its ending, or the
 * image's id where that names folders. They stay inside the folder of results, and where two images
 * would have one name, {@code -2}, {@code -3}, ... follows.
 */
public final class ResultNames {
  /** What some file system does not take in a name. */
  private static final Pattern UNSAFE = Pattern.compile("[\\\\:*?\"<>|\\p{Cntrl}]");

  private static final Pattern DOTS_OR_NOTHING = Pattern.compile("\\.*");

  private final Map<ImageId, String> names = new HashMap<>();
  private final Set<String> used = new HashSet<>();

  /** The name of an image, the same each time it is asked for; relative, with slashes. */
  public String of(SampleInfo image) {
    return names.computeIfAbsent(image.imageId(), id -> unused(wanted(image)));
  }

  private static String wanted(SampleInfo image) {
    String id = image.imageId().name();
    if (id == null || id.indexOf('/') < 0) {
      String name = image.file().getFileName().toString();
      int dot = name.lastIndexOf('.');
      return dot > 0 ? name.substring(0, dot) : name;
    }
    StringBuilder out = new StringBuilder();
    for (String part : id.split("/", -1)) {
      String safe = UNSAFE.matcher(part).replaceAll("_");
      out.append(out.isEmpty() ? "" : "/")
          .append(DOTS_OR_NOTHING.matcher(safe).matches() ? "_" : safe);
    }
    return out.toString();
  }

  private String unused(String wanted) {
    String name = wanted;
    for (int n = 2; !used.add(name); n++) {
      name = wanted + "-" + n;
    }
    return name;
  }
}
