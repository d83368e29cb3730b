package org.maskwright.benchmarks;

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

/** Maskwright's packages and modules as the class files show them. */
final class Packages {
  private static final String ROOT = "org.maskwright.";

  /** The classes of all modules, without those of tests. */
  static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.maskwright");

  private Packages() {}

  /** Packages, and those that each uses; names without {@value #ROOT}. */
  static Map<String, Set<String>> arrows() {
    Map<String, Set<String>> arrows = new TreeMap<>();
    for (JavaClass c : CLASSES) {
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

  /** Modules, by their folders such as {@code engine/api}, and those whose classes each uses. */
  static Map<String, Set<String>> moduleArrows() {
    Map<String, Set<String>> arrows = new TreeMap<>();
    for (JavaClass c : CLASSES) {
      Set<String> uses = arrows.computeIfAbsent(module(c), key -> new TreeSet<>());
      for (Dependency dependency : c.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith(ROOT) && !module(target).equals(module(c))) {
          uses.add(module(target));
        }
      }
    }
    return arrows;
  }

  /** Modules, and the packages of which each has classes; names without {@value #ROOT}. */
  static Map<String, Set<String>> ofModules() {
    Map<String, Set<String>> packages = new TreeMap<>();
    for (JavaClass c : CLASSES) {
      packages.computeIfAbsent(module(c), key -> new TreeSet<>()).add(name(c));
    }
    return packages;
  }

  /** What is used from somewhere, itself or through others. */
  static Set<String> reachable(String from, Map<String, Set<String>> arrows) {
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

  private static String name(JavaClass c) {
    return c.getPackageName().substring(ROOT.length());
  }

  /** The folder that has the {@code target} folder where the class, or its jar, is. */
  private static String module(JavaClass c) {
    String path = c.getSource().orElseThrow().getUri().toString();
    int end = path.indexOf("/target/");
    if (end < 0) {
      throw new IllegalStateException(
          "%s: expected a class in a module's folder target, got one of %s; build with -am"
              .formatted(c.getName(), path));
    }
    String name = path.substring(path.lastIndexOf('/', end - 1) + 1, end);
    return name(c).startsWith("engine.") ? "engine/" + name : name;
  }
}
