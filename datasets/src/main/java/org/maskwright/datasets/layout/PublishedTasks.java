package org.maskwright.datasets.layout;

import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetSettings;

/** Types of data sets whose annotation is opened for a task: {@code NAME-TASK}. */
final class PublishedTasks {
  private PublishedTasks() {}

  static List<String> types(String layout) {
    return Arrays.stream(Task.values()).map(task -> layout + "-" + task.key()).toList();
  }

  static Task of(DatasetSettings settings) {
    return Task.ofKey(settings.type().substring(settings.type().indexOf('-') + 1));
  }
}
