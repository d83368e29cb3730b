package org.maskwright.engine.array;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A kernel in CUDA C++, compiled for the GPU at hand when it is first launched there.
 *
 * @param file what the compiler's messages name
 * @param source complete: it includes nothing
 * @param function an {@code extern "C" __global__ void} in it
 */
public record DeviceKernel(String file, String source, String function) {
  /** Threads of a block of every launch: eight warps. */
  public static final int BLOCK = 256;

  /**
   * A kernel whose source is a resource.
   *
   * @param beside a class in the resource's package
   * @throws IllegalArgumentException if there is no such resource
   */
  public static DeviceKernel ofResource(Class<?> beside, String file, String function) {
    try (InputStream in = beside.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException(
            "kernel: expected a resource " + file + " beside " + beside.getName() + ", got none");
      }
      return new DeviceKernel(
          file, new String(in.readAllBytes(), StandardCharsets.UTF_8), function);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return function + " of " + file;
  }
}
