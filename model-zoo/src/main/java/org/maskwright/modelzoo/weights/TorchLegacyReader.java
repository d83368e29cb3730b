package org.maskwright.modelzoo.weights;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * PyTorch's format before 1.6 (still written by {@code _use_new_zipfile_serialization=False}):
 * pickles of the magic number, protocol version, system information, object and storage keys, then
 * per key the element count as int64 and the raw data.
 */
final class TorchLegacyReader {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final int PROTOCOL = 1001;

  /** Bytes at the start of a file in which all five pickles must end. */
  private static final int MAX_PICKLE_BYTES = 1 << 28;

  /** The first bytes of every such file: protocol 2, then the magic number as LONG1. */
  private static final byte[] START = {
    (byte) 0x80,
    2,
    (byte) 0x8a,
    10,
    0x6c,
    (byte) 0xfc,
    (byte) 0x9c,
    0x46,
    (byte) 0xf9,
    0x20,
    0x6a,
    (byte) 0xa8,
    0x50,
    0x19
  };

  /** Element sizes of storages that no weight of ours has, which may lie before others. */
  private static final Map<String, Integer> FOREIGN_ELEMENTS =
      Map.of(
          "torch.ComplexFloatStorage", 8,
          "torch.ComplexDoubleStorage", 16,
          "torch.QUInt8Storage", 1,
          "torch.QInt8Storage", 1,
          "torch.QInt32Storage", 4,
          "torch.QUInt4x2Storage", 1,
          "torch.QUInt2x4Storage", 1);

  private final Map<String, TorchStorage> storages = new HashMap<>();
  private final Map<String, Integer> foreign = new HashMap<>();

  private TorchLegacyReader() {}

  static boolean recognises(ByteBuffer start) {
    return start.remaining() >= START.length
        && start.slice(start.position(), START.length).equals(ByteBuffer.wrap(START));
  }

  /**
   * The object of the file; tensors in it are {@link HostTensor}, storages {@link TorchStorage}.
   */
  static Object read(ByteSource source, PickleGlobals globals, PickleBudget budget) {
    return new TorchLegacyReader().readAll(source, globals, budget);
  }

  private Object readAll(ByteSource source, PickleGlobals globals, PickleBudget budget) {
    int window = (int) Math.min(source.size(), MAX_PICKLE_BYTES);
    PickleInput input = new PickleInput(source.window(0, window).get());
    Object magic = plain(input, globals, budget);
    if (!MAGIC.equals(magic)) {
      throw new CheckpointException("not a legacy PyTorch file: wrong magic number");
    }
    Object protocol = plain(input, globals, budget);
    if (!Integer.valueOf(PROTOCOL).equals(protocol)) {
      throw new CheckpointException(
          "expected legacy PyTorch protocol %d, got %s"
              .formatted(PROTOCOL, RestrictedUnpickler.describe(protocol)));
    }
    if (plain(input, globals, budget) instanceof Map<?, ?> system
        && Boolean.FALSE.equals(system.get("little_endian"))) {
      throw new CheckpointException("a big-endian PyTorch file; convert it where it was made");
    }
    Object result = RestrictedUnpickler.load(input, globals, budget, this::storage);
    if (!(plain(input, globals, budget) instanceof List<?> keys)) {
      throw new CheckpointException("a legacy PyTorch file without its list of storages");
    }
    bindStorages(source, input.position(), keys);
    return result;
  }

  private static Object plain(PickleInput input, PickleGlobals globals, PickleBudget budget) {
    return RestrictedUnpickler.load(input, globals, budget, RestrictedUnpickler::refusePersistent);
  }

  /**
   * ('storage', type, key, location, element count, view) with view (key, offset, count) or None.
   */
  private Object storage(Object id) {
    Object[] parts = (Object[]) id;
    if (!"storage".equals(parts[0])) {
      throw new CheckpointException(
          "a persistent id that is not a storage: " + RestrictedUnpickler.describe(parts[0]));
    }
    if (parts[1] instanceof PicklePlaceholder type) {
      foreign.put((String) parts[2], elementBytes(type.name()));
      return TorchStorage.ofUnknownKind(type.name());
    }
    TorchStorage.Kind kind = (TorchStorage.Kind) parts[1];
    long elements = ((Number) parts[4]).longValue();
    TorchStorage storage =
        storages.computeIfAbsent((String) parts[2], key -> new TorchStorage(kind.type(), elements));
    if (storage.type() != kind.type() || storage.elements() != elements) {
      throw new CheckpointException("storage '" + parts[2] + "' is described in two ways");
    }
    if (parts.length > 5 && parts[5] instanceof Object[] view) {
      return storage.part(((Number) view[1]).longValue(), ((Number) view[2]).longValue());
    }
    return storage;
  }

  private static int elementBytes(String storage) {
    Integer bytes = FOREIGN_ELEMENTS.get(storage);
    if (bytes == null) {
      throw new CheckpointException(
          "a storage of the unknown type '" + storage + "', expected one of PyTorch's");
    }
    return bytes;
  }

  private void bindStorages(ByteSource source, long start, List<?> keys) {
    long position = start;
    for (Object key : keys) {
      TorchStorage storage = key instanceof String name ? storages.get(name) : null;
      Integer foreignBytes = storage == null && key instanceof String ? foreign.get(key) : null;
      if (foreignBytes != null) {
        position += Long.BYTES + Math.multiplyExact(foreignBytes, elements(source, position));
        continue;
      }
      if (storage == null) {
        throw new CheckpointException(
            "data of an unknown storage: " + RestrictedUnpickler.describe(key));
      }
      long elements = elements(source, position);
      if (elements != storage.elements()) {
        throw new CheckpointException(
            "storage '%s' is announced with %d elements but has %d"
                .formatted(key, storage.elements(), elements));
      }
      storage.setBytes(source.window(position + Long.BYTES, storage.byteSize()));
      position += Long.BYTES + storage.byteSize();
    }
  }

  private static long elements(ByteSource source, long position) {
    long elements =
        source
            .window(position, Long.BYTES)
            .get()
            .duplicate()
            .order(ByteOrder.LITTLE_ENDIAN)
            .getLong();
    if (elements < 0 || elements > source.size()) {
      throw new CheckpointException("a storage of " + elements + " elements");
    }
    return elements;
  }
}
