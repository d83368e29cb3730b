package org.maskwright.trainer.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Environment variables that change what the JVM and the native libraries do.
 *
 * @param variables of the process
 */
record Settings(Map<String, String> variables) {
  private static final List<String> PREFIXES =
      List.of(
          "ATEN_",
          "CUDA_",
          "DNNL_",
          "GLIBC_",
          "GOMP_",
          "JAVA_",
          "JDK_JAVA_",
          "KMP_",
          "LANG",
          "LC_",
          "LD_",
          "MALLOC_",
          "MASKWRIGHT_",
          "MKL_",
          "OMP_",
          "ONEDNN_",
          "OPENBLAS_",
          "TORCH_");

  /** Each holds a library to older instructions than the processor has. */
  private static final List<String> LIMITS =
      List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "OPENBLAS_CORETYPE");

  List<Fact> facts() {
    List<Fact> out = new ArrayList<>();
    new TreeMap<>(variables)
        .forEach(
            (name, value) -> {
              if (PREFIXES.stream().anyMatch(name::startsWith)) {
                out.add(new Fact("environment", name, value));
              }
            });
    return out;
  }

  Finding finding() {
    List<String> set =
        LIMITS.stream()
            .filter(variables::containsKey)
            .map(k -> k + "=" + variables.get(k))
            .toList();
    return set.isEmpty()
        ? Finding.ok("machine", "instructions", "not limited by the environment")
        : Finding.note(
            "machine",
            "instructions",
            "limited by " + String.join(", ", set),
            "slower than without; unset where no check fails without it");
  }
}
