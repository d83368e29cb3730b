package org.maskwright.trainer.config;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Finds settings that no class reads: keys that a user could set to no effect. */
final class UnreadKeys {
  private static final Set<String> OF_EVERY_RECORD = Set.of("equals", "hashCode", "toString");

  private final JavaClasses readers;
  private final Set<Class<?>> seen = new HashSet<>();
  private final List<String> unread = new ArrayList<>();

  private UnreadKeys(JavaClasses readers) {
    this.readers = readers;
  }

  /** Components of the settings below {@code root} that no other class in {@code readers} reads. */
  static List<String> find(Class<?> root, JavaClasses readers) {
    var search = new UnreadKeys(readers);
    search.visit(root);
    return search.unread;
  }

  private void visit(Type type) {
    if (type instanceof ParameterizedType generic) {
      for (Type argument : generic.getActualTypeArguments()) {
        visit(argument);
      }
    } else if (type instanceof Class<?> plain && seen.add(plain)) {
      if (Choices.isOne(plain)) {
        Choices.of(plain).values().forEach(this::visit);
      } else if (plain.isRecord()) {
        JavaClass settings = readers.get(plain);
        for (RecordComponent component : plain.getRecordComponents()) {
          if (!isRead(settings.getMethod(component.getName()))) {
            unread.add(plain.getSimpleName() + "." + component.getName());
          }
          visit(component.getGenericType());
        }
      }
    }
  }

  /**
   * A call from another class, to the accessor or to the method it implements; or a read in a
   * method that computes from it.
   */
  private static boolean isRead(JavaMethod accessor) {
    JavaClass owner = accessor.getOwner();
    Stream<JavaMethod> callable =
        Stream.concat(
            Stream.of(accessor),
            owner.getAllRawInterfaces().stream()
                .flatMap(i -> i.tryGetMethod(accessor.getName()).stream()));
    boolean called =
        callable
            .flatMap(
                m -> Stream.concat(m.getCallsOfSelf().stream(), m.getReferencesToSelf().stream()))
            .anyMatch(access -> !access.getOriginOwner().equals(owner));
    return called
        || owner.getField(accessor.getName()).getAccessesToSelf().stream()
            .anyMatch(access -> computes(access.getOrigin(), accessor));
  }

  private static boolean computes(JavaCodeUnit reader, JavaMethod accessor) {
    return !reader.isConstructor()
        && !reader.equals(accessor)
        && !OF_EVERY_RECORD.contains(reader.getName());
  }
}
