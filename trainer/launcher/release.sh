# Which release of Java the executable $java belongs to: sets java_release, a number (1 for Java 8 and older), and java_release_file.

# From a file of the JDK, because asking java itself would cost a second start. Where there is none, Java itself refuses what is too new for it.
java_bin=$(readlink -f "$java" 2>/dev/null || echo "$java")
java_release_file=${java_bin%/bin/java}/release
java_release=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$java_release_file" 2>/dev/null || true)
java_release=${java_release:-17}
