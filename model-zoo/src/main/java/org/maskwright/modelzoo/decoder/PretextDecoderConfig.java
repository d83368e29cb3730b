package org.maskwright.modelzoo.decoder;

/** Describes a {@link PretextDecoder}: it reads no memory and has no class head. */
public interface PretextDecoderConfig extends DecoderConfig {
  @Override
  default boolean isPretext() {
    return true;
  }

  @Override
  default int memoryLevels() {
    return 0;
  }

  @Override
  default boolean hasClassHead() {
    return false;
  }

  /** Nothing of a criterion is used: pretraining tasks have their own losses. */
  @Override
  default String criterion() {
    return "points";
  }
}
