package org.maskwright.trainer.result;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * How the result of an image goes to another process: what is read is equal to what was written.
 *
 * @param <R> the result of one image
 */
public interface ResultCodec<R> {
  /** Writes a result. */
  void write(R result, DataOutput out) throws IOException;

  /** Reads what {@link #write} wrote. */
  R read(DataInput in) throws IOException;
}
