package org.maskwright.trainer.config;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
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
      if (plain.isSealed()) {
        Stream.of(plain.getPermittedSubclasses()).forEach(this::visit);
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

  private static boolean isRead(JavaMethod accessor) {
    return Stream.concat(
            accessor.getCallsOfSelf().stream(), accessor.getReferencesToSelf().stream())
        .anyMatch(access -> !access.getOriginOwner().equals(accessor.getOwner()));
  }
}
