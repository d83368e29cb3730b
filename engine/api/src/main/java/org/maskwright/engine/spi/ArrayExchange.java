package org.maskwright.engine.spi;

import java.util.List;
import org.maskwright.engine.process.ProcessGroup;

/** Adds up arrays of several processes where they lie, in the memory of a device. */
public interface ArrayExchange {
  /**
   * Begins to add up float32 arrays over all processes; each holds the sum when it is done. Several
   * may be under way at once; they are begun in the same order everywhere.
   *
   * <p>An array is left alone until then. It may be freed after an error: what is under way keeps
   * the memory that it needs.
   *
   * @param arrays of the same shapes in all processes
   */
  ProcessGroup.Pending sum(List<DeviceArray> arrays);
}
