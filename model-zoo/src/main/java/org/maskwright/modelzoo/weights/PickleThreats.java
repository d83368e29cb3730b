package org.maskwright.modelzoo.weights;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Python names that only a pickle made to do harm asks for: they run commands or code, load code,
 * open files or connections, or look up such a name by its text. Nothing in a pickle is ever run
 * here; a file that asks for one of these is refused all the same, because it was made to attack
 * whoever loads it elsewhere.
 *
 * <p><b>Source</b> the names that the pickle scanners fickling and picklescan flag, without those
 * that ordinary training programs put beside their weights ({@code functools.partial}, paths).
 */
final class PickleThreats {
  /** Modules of which no name is harmless, wherever they stand in a dotted name. */
  private static final Set<String> ANYWHERE =
      Set.of(
          "os",
          "posix",
          "nt",
          "sys",
          "subprocess",
          "pty",
          "runpy",
          "importlib",
          "ctypes",
          "_ctypes",
          "socket",
          "shutil",
          "__builtins__",
          "__import__",
          "__globals__",
          "__subclasses__");

  /** First parts of a dotted name of which no name is harmless. */
  private static final Set<String> ROOTS =
      Set.of(
          "_io",
          "_operator",
          "_pickle",
          "_posixsubprocess",
          "_socket",
          "_thread",
          "aiohttp",
          "asyncio",
          "bdb",
          "cProfile",
          "cPickle",
          "cffi",
          "cloudpickle",
          "code",
          "codeop",
          "commands",
          "dill",
          "distutils",
          "doctest",
          "ensurepip",
          "ftplib",
          "gc",
          "http",
          "httplib",
          "httpx",
          "idlelib",
          "imp",
          "inspect",
          "io",
          "joblib",
          "lib2to3",
          "linecache",
          "marshal",
          "multiprocessing",
          "operator",
          "pdb",
          "pickle",
          "pip",
          "pkgutil",
          "platform",
          "popen2",
          "profile",
          "pydoc",
          "requests",
          "shelve",
          "signal",
          "smtplib",
          "ssl",
          "tempfile",
          "threading",
          "timeit",
          "trace",
          "types",
          "urllib",
          "urllib2",
          "venv",
          "webbrowser",
          "xmlrpc",
          "zipimport");

  /** Names with these beginnings, of packages that are harmless otherwise. */
  private static final List<String> PREFIXES =
      List.of(
          "codecs.open",
          "logging.config.",
          "numpy.distutils.",
          "numpy.f2py.",
          "numpy.load",
          "numpy.testing.",
          "torch.hub.",
          "torch.jit.",
          "torch.load",
          "torch.package.",
          "torch.serialization.load",
          "torch._dynamo.",
          "torch._inductor.",
          "torch.utils.bottleneck.",
          "torch.utils.collect_env.",
          "torch.utils.cpp_extension.");

  /** Built-in names that make plain values; every other one is refused. */
  private static final Set<String> PLAIN_BUILTINS =
      Set.of(
          "bool",
          "bytearray",
          "bytes",
          "complex",
          "dict",
          "float",
          "frozenset",
          "int",
          "list",
          "long",
          "object",
          "range",
          "set",
          "slice",
          "str",
          "tuple",
          "unicode",
          "xrange");

  private PickleThreats() {}

  /** Whether a global is made for an attack. */
  static boolean includes(String module, String name) {
    String whole = module + "." + name;
    List<String> parts = Arrays.asList(whole.split("\\.", -1));
    if (module.equals("builtins") || module.equals("__builtin__")) {
      return !PLAIN_BUILTINS.contains(name);
    }
    return ROOTS.contains(parts.get(0))
        || parts.stream().anyMatch(ANYWHERE::contains)
        || PREFIXES.stream().anyMatch(whole::startsWith);
  }
}
