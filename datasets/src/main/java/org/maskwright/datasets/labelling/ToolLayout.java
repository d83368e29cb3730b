package org.maskwright.datasets.labelling;

import java.util.List;
import java.util.Set;
import org.maskwright.datasets.catalog.Layout;
import org.maskwright.datasets.catalog.LayoutKey;

/** A layout of one labelling tool, whose files are of no other, with one way to open it. */
interface ToolLayout extends Layout {
  @Override
  default List<String> types() {
    return List.of(name());
  }

  @Override
  default Set<LayoutKey> reads(String type) {
    return Set.of(LayoutKey.CLASSES, LayoutKey.HOLD_OUT);
  }

  @Override
  default boolean isToolsOwn() {
    return true;
  }
}
