package org.maskwright.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The arrows between packages: none of them in a circle, and none to what is not meant for users.
 */
class PackagesTest {
  private static final String ROOT = "org.maskwright.";

  private static final JavaClasses MASKWRIGHT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.maskwright");

  /** Packages that still stand in a circle. This list only gets shorter. */
  private static final Set<String> IN_A_CIRCLE =
      Set.of(
          "modelzoo",
          "modelzoo.backbone",
          "modelzoo.decoder",
          "modelzoo.head",
          "modelzoo.pixeldecoder",
          "modelzoo.weights",
          "trainer.config",
          "trainer.eval");

  /** Packages, and those that each uses; names without {@value #ROOT}. */
  private static Map<String, Set<String>> arrows() {
    Map<String, Set<String>> arrows = new TreeMap<>();
    for (JavaClass c : MASKWRIGHT) {
      Set<String> uses = arrows.computeIfAbsent(name(c), key -> new TreeSet<>());
      for (Dependency dependency : c.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith(ROOT) && !name(target).equals(name(c))) {
          uses.add(name(target));
        }
      }
    }
    return arrows;
  }

  private static String name(JavaClass c) {
    return c.getPackageName().substring(ROOT.length());
  }

  private static Set<String> reachable(String from, Map<String, Set<String>> arrows) {
    Set<String> reached = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(arrows.get(from));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (reached.add(next)) {
        open.addAll(arrows.get(next));
      }
    }
    return reached;
  }

  @Test
  void noPackageUsesItselfThroughOthers() {
    Map<String, Set<String>> arrows = arrows();
    Set<String> circles = new TreeSet<>(arrows.keySet());
    circles.removeIf(from -> !reachable(from, arrows).contains(from));
    assertEquals(
        new TreeSet<>(IN_A_CIRCLE),
        circles,
        "one more: break the circle (arrows: " + arrows + "); one less: shorten the list");
  }

  @Test
  void theEnginesLowestRoomsKnowNoOther() {
    Map<String, Set<String>> arrows = arrows();
    assertEquals(Set.of(), arrows.get("engine.array"));
    assertEquals(Set.of(), arrows.get("engine.runtime"));
    assertEquals(Set.of("engine.array"), arrows.get("engine.spi"));
  }

  /** What is not for them: the seam to backends, and kernels that backends share. */
  @Test
  void whatIsBuiltOnTheEngineUsesItsApiAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages("org.maskwright.engine..", "org.maskwright.benchmarks..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.maskwright.engine.spi..", "org.maskwright.engine.kernel..")
        .check(MASKWRIGHT);
  }

  /** They are written as a user's own would be. */
  @Test
  void fusedOperationsKnowNoBackend() {
    noClasses()
        .that()
        .resideInAPackage("org.maskwright.engine.fused..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.maskwright.engine.spi..")
        .check(MASKWRIGHT);
  }
}
