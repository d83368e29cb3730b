package org.maskwright.engine.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;

/** What waits to be read by the host, of one engine. */
final class PendingReads {
  private final Engine engine;
  private final Map<HostRead, Tensor> waiting = new LinkedHashMap<>(); // flat, outside scopes

  PendingReads(Engine engine) {
    this.engine = engine;
  }

  HostRead add(Tensor x) {
    if (engine.device().kind() == Device.Kind.CPU) {
      return new HostRead(this, Optional.of(x.toFloats()));
    }
    HostRead read = new HostRead(this, Optional.empty());
    try (Scope scope = engine.scope()) {
      Tensor flat = x.detach().cast(DType.FLOAT32).reshape(x.numel()).copy();
      waiting.put(read, flat.sharedOutsideScopes());
    }
    return read;
  }

  /** Reads all of it in one transfer. */
  void bring() {
    List<Tensor> parts = new ArrayList<>(waiting.values());
    float[] all;
    try (Scope scope = engine.scope()) {
      all = Tensor.concat(0, parts.toArray(Tensor[]::new)).toFloats();
    }
    int at = 0;
    for (Map.Entry<HostRead, Tensor> each : waiting.entrySet()) {
      int end = at + Math.toIntExact(each.getValue().numel());
      each.getKey().arrived(Arrays.copyOfRange(all, at, end));
      at = end;
    }
    drop();
  }

  /** Frees what waits; it is never read. */
  void drop() {
    waiting.values().forEach(Tensor::free);
    waiting.clear();
  }
}
