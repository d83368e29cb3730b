package org.maskwright.modelzoo.weights;

import java.util.Optional;

/**
 * Element types of stored tensors. Names are those of the safetensors format; the order is that
 * format's writing order (smallest alignment first), so {@link #compareTo} sorts as its reference
 * implementation does.
 */
public enum ElementType {
  BOOL(1),
  U8(1),
  I8(1),
  I16(2),
  F16(2),
  BF16(2),
  I32(4),
  F32(4),
  F64(8),
  I64(8);

  private final int byteSize;

  ElementType(int byteSize) {
    this.byteSize = byteSize;
  }

  /** Bytes per element. */
  public int byteSize() {
    return byteSize;
  }

  /** True of F16, BF16, F32 and F64. */
  public boolean isFloating() {
    return switch (this) {
      case F16, BF16, F32, F64 -> true;
      case BOOL, U8, I8, I16, I32, I64 -> false;
    };
  }

  /** The type of that safetensors name, exact case; empty for any other text. */
  public static Optional<ElementType> ofName(String name) {
    for (ElementType type : values()) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
