package org.maskwright.modelzoo.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.Golden;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.KeyLists;
import org.maskwright.modelzoo.weights.StateDict;

class KeyPrefixTest {
  private static final HostTensor STRAY = HostTensor.ofLongs(new long[] {7}, 1);
  private static final List<String> LISTS =
      List.of(
          "huggingface_mask2former_resnet_basic.tsv",
          "huggingface_mask2former_swin.tsv",
          "huggingface_maskformer_resnet.tsv",
          "huggingface_maskformer_swin.tsv");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "module.",
        "_orig_mod.",
        "module._orig_mod.",
        "_orig_mod.module.",
        "model.",
        "model.model.",
        "net.student.",
        "x."
      })
  void anyPrefixAndAnyChainIsTakenOffEveryFamily(String prefix) throws IOException {
    for (String list : LISTS) {
      Map<String, HostTensor> plain = tensors(list);
      Map<String, HostTensor> wrapped = new LinkedHashMap<>();
      wrapped.put("n_averaged", STRAY);
      wrapped.putAll(prefixed(prefix, plain));
      wrapped.put("loss.weight", STRAY);
      assertSame(find(plain), find(wrapped), List.of("n_averaged", "loss.weight"));
      Map<String, HostTensor> official = find(plain).translation().state().asMap();
      assertSame(find(official), find(prefixed(prefix, official)), List.of());
    }
  }

  @Test
  void compiledPartsOfAModelAreRecognised() throws IOException {
    Map<String, HostTensor> official = find(tensors(LISTS.get(0))).translation().state().asMap();
    Map<String, HostTensor> compiled = new LinkedHashMap<>();
    official.forEach(
        (key, tensor) ->
            compiled.put(key.replaceFirst("^backbone\\.", "backbone._orig_mod."), tensor));
    assertSame(find(official), find(compiled), List.of());
    compiled.put("backbone.stem.conv1.weight", STRAY);
    CheckpointException fault = assertThrows(CheckpointException.class, () -> find(compiled));
    assertTrue(
        fault.getMessage().contains("both mean 'backbone.stem.conv1.weight'"), fault::getMessage);
  }

  @Test
  void twoModelsInOneFileAreNotChosenBetween() throws IOException {
    Map<String, HostTensor> plain = tensors(LISTS.get(0));
    Map<String, HostTensor> both = prefixed("student.", plain);
    both.putAll(prefixed("teacher.", plain));
    CheckpointException fault = assertThrows(CheckpointException.class, () -> find(both));
    assertTrue(fault.getMessage().contains("student."), fault.getMessage());
  }

  /** One value stands for each tensor, as names alone count; a fused one is cut into thirds. */
  private static Map<String, HostTensor> tensors(String list) throws IOException {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (String key : KeyLists.shapes(Golden.file(list)).keySet()) {
      tensors.put(key, HostTensor.ofFloats(new float[] {1, 2, 3}, 3));
    }
    return tensors;
  }

  private static Map<String, HostTensor> prefixed(String prefix, Map<String, HostTensor> tensors) {
    Map<String, HostTensor> wrapped = new LinkedHashMap<>();
    tensors.forEach((key, tensor) -> wrapped.put(prefix + key, tensor));
    return wrapped;
  }

  private static KeyPrefix.Found find(Map<String, HostTensor> tensors) {
    return KeyPrefix.find(StateDict.of(tensors));
  }

  private static void assertSame(
      KeyPrefix.Found expected, KeyPrefix.Found got, List<String> stray) {
    assertEquals(expected.family(), got.family());
    assertEquals(List.of(), got.translation().unexpected());
    assertEquals(expected.translation().ignored(), got.translation().ignored());
    assertEquals(
        expected.translation().state().asMap().toString(),
        got.translation().state().asMap().toString());
    assertEquals(stray, got.stray());
  }
}
