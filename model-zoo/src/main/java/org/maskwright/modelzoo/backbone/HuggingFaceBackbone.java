package org.maskwright.modelzoo.backbone;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Map;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.HuggingFaceKeys;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * A backbone in a model of Hugging Face Transformers: the section {@code backbone_config} of {@code
 * config.json}, and the names of its tensors.
 */
public interface HuggingFaceBackbone {
  /** Values of {@code model_type} that mean it. */
  List<String> modelTypes();

  /** What an import does about each key of the section; asked about this backbone's settings. */
  Map<String, HuggingFaceKeys.Rule> rules();

  /** The lines of a key table for its tensors; see {@code KeyTable}. */
  KeyResource keys();

  /**
   * What the section says beyond the weights.
   *
   * @param deduced from the weights; given back as it is if it is another kind of backbone
   * @param section the values of the file, without defaults
   * @param state the weights under Maskwright's names
   * @throws org.maskwright.modelzoo.weights.CheckpointException naming a key that contradicts them
   */
  BackboneConfig read(BackboneConfig deduced, Config section, StateDict state);

  /**
   * The section.
   *
   * @param settings of this backbone
   * @param modelType of the model around it: {@code mask2former} or {@code maskformer}
   * @throws org.maskwright.modelzoo.weights.CheckpointException if Transformers has no such
   */
  Map<String, Object> write(BackboneConfig settings, String modelType);

  /**
   * Tensors under Maskwright's names that Transformers keeps in the file although they follow from
   * the settings.
   */
  default Map<String, HostTensor> derived(BackboneConfig settings, String modelType) {
    return Map.of();
  }
}
