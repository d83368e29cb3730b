package org.maskwright.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The arrows between packages: none of them in a circle, and none to what is not meant for users.
 */
class PackagesTest {
  @Test
  void noPackageUsesItselfThroughOthers() {
    Map<String, Set<String>> arrows = Packages.arrows();
    Set<String> circles = new TreeSet<>(arrows.keySet());
    circles.removeIf(from -> !Packages.reachable(from, arrows).contains(from));
    assertEquals(Set.of(), circles, "break the circle; arrows: " + arrows);
  }

  @Test
  void theEnginesLowestRoomsKnowNoOther() {
    Map<String, Set<String>> arrows = Packages.arrows();
    assertEquals(Set.of(), arrows.get("engine.array"));
    assertEquals(Set.of(), arrows.get("engine.runtime"));
    assertEquals(Set.of("engine.array"), arrows.get("engine.process"));
    assertEquals(Set.of("engine.array", "engine.process"), arrows.get("engine.spi"));
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
        .check(Packages.CLASSES);
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
        .check(Packages.CLASSES);
  }
}
