# How a process that computes is started: sourced by the launcher and by the benchmarks, so that what is measured is what users run.
#
# Needs $java, the java executable. Sets java_release, the release of Java it belongs to (1 for Java 8 and older), fills the array options
# with JVM options and sets the environment of the native libraries; what the environment says already, stays. The functions
# options_to_compute and options_to_score add what only commands that run a model need, and what those that score files do.

# From a file of the JDK, because asking java itself would cost a second start. Where there is none, Java itself refuses what is too new for it.
java_bin=$(readlink -f "$java" 2>/dev/null || echo "$java")
java_release_file=${java_bin%/bin/java}/release
java_release=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$java_release_file" 2>/dev/null || true)
java_release=${java_release:-17}

options=(
  # Large arrays live outside the Java heap and are freed by their owners, so the collector matters
  # little for training; this one starts fastest.
  -XX:+UseSerialGC -Xshare:auto
  # JavaCPP counts the native memory of the whole process against limits derived from the Java heap and
  # throws OutOfMemoryError beyond them. Native memory has owners here (scopes), so there is no limit.
  -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0
  -Djava.awt.headless=true
)
if ((java_release >= 22)); then
  options+=(--enable-native-access=ALL-UNNAMED) # JDK 24 and newer warn about libraries loaded without leave
fi

# OpenCV repeats on stderr what our error for a broken image says already.
export OPENCV_LOG_LEVEL=${OPENCV_LOG_LEVEL:-OFF}
# LibTorch's OpenMP threads spin for a while when they have nothing to do, on the cores that the BLAS threads need: a training step of a
# small model on two cores takes 0.8 s with spinning and 0.35 s without.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
# So do OpenBLAS's, for 2^28 cycles, on the cores that LibTorch's threads and the kernels in Java need.
export OPENBLAS_THREAD_TIMEOUT=${OPENBLAS_THREAD_TIMEOUT:-4}

# glibc hands blocks above 32 MiB, and heaps above 64 MiB of any thread but the first, back to the system
# when they are freed, and every step then pays the page faults of its large activations again: a chain of
# additions of 80 MB arrays takes 2.6 times as long. One heap that keeps its pages reuses them.
export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-1}
export MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-4000000000}
export MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-100000000000}

# Where the locale says that names are ASCII (LC_ALL=C, or a locale that the machine does not have, as in many containers), Java before 18
# cannot open a file with another letter in its name.
case $(locale charmap 2>/dev/null) in
  ANSI_X3.4-1968 | US-ASCII | '') { export LC_ALL=C.UTF-8; } 2>/dev/null ;; # bash itself warns where there is no such locale
esac

options_to_compute() {
  # Huge pages: tensors are read and written from end to end, and with pages of 4 KiB the processor spends a tenth of a training
  # step looking up addresses. The first line is for Java's arrays, the second for LibTorch's and BLAS's.
  if grep -q -s '\[madvise\]\|\[always\]' /sys/kernel/mm/transparent_hugepage/enabled; then
    options+=(-XX:+UseTransparentHugePages)
    export GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}
  fi
  # Vector instructions for the fused kernels: 3 times as fast. The JVM prints one line of warning that the module is incubating.
  if grep -q '^MODULES=.*jdk.incubator.vector' "$java_release_file" 2>/dev/null; then
    options+=(--add-modules jdk.incubator.vector)
  fi
}

# The JVM's second compiler takes two to three seconds of processor time before it gives any back: too much where files are read once and done with.
# It pays for results beyond half a gigabyte, and beyond two thousand label maps.
options_to_score() {
  local word path maps
  for word in "$@"; do
    path=${word#--*=}
    if [[ -f $path ]]; then
      (($(wc -c <"$path") < 500000000)) || return 0
    elif [[ -d $path ]]; then
      maps=("$path"/*)
      ((${#maps[@]} < 2000)) || return 0
    fi
  done
  options+=(-XX:TieredStopAtLevel=1)
}
