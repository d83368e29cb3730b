package org.maskwright.modelzoo.weights;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The Python names a checkpoint may ask for, and the Java functions they stand for: numpy arrays,
 * torch tensors and storages, and harmless containers. Names that an attack is made of are refused
 * ({@link PickleThreats}); any other name gives an inert {@link PicklePlaceholder}.
 *
 * <p><b>Source</b> the globals that numpy 1 and 2 and PyTorch 0.4 to 2.x write for arrays and state
 * dicts.
 */
final class PickleGlobals {
  /** What a pickle may call. */
  interface Function {
    Object call(Object[] arguments);
  }

  private static final int MAX_NESTING = 2;

  private static final Set<String> TENSOR_TYPES =
      Set.of(
          "torch.Tensor",
          "torch._tensor.Tensor",
          "torch.nn.parameter.Parameter",
          "torch.nn.parameter.Buffer");

  private final Map<String, Object> allowed = new HashMap<>();
  private final PickleBudget budget;
  private final int nesting;
  private final boolean script;

  PickleGlobals(PickleBudget budget) {
    this(budget, 0, false);
  }

  private PickleGlobals(PickleBudget budget, int nesting, boolean script) {
    this.budget = budget;
    this.nesting = nesting;
    this.script = script;
    containers();
    numpy();
    torch();
  }

  /** Of an archive whose classes are those of a program, and give modules. */
  static PickleGlobals ofTorchScript(PickleBudget budget) {
    return new PickleGlobals(budget, 0, true);
  }

  /**
   * The function or type behind a global; a placeholder for one that is not known.
   *
   * @throws CheckpointException naming the global if only an attack asks for it
   */
  Object find(String module, String name) {
    String whole = module + "." + name;
    Object value = allowed.get(whole);
    if (value != null) {
      return value;
    }
    if (script && whole.startsWith(ScriptedModule.CLASSES)) {
      return new ScriptedModule(whole);
    }
    if (script && whole.startsWith(ScriptedModule.TYPED)) {
      return new PicklePlaceholder(whole);
    }
    if (PickleThreats.includes(module, name)) {
      throw refused(module, name);
    }
    return new PicklePlaceholder(whole);
  }

  static CheckpointException refused(String module, String name) {
    return new CheckpointException(
        "the pickle asks for the global '%s.%s', which no checkpoint of weights needs;"
                .formatted(module, name)
            + " refused, nothing was executed. If the file is trusted, save its tensors alone"
            + " (a plain state dict, or safetensors)");
  }

  private void function(String name, Function function) {
    allowed.put(name, function);
  }

  private void containers() {
    function("collections.OrderedDict", this::orderedDict);
    // A counter or defaultdict is read as the plain dict it holds.
    function("collections.Counter", this::orderedDict);
    function("collections.defaultdict", arguments -> new LinkedHashMap<>());
    function("_codecs.encode", this::encode);
    for (String builtins : List.of("__builtin__.", "builtins.")) {
      for (String type : List.of("int", "float", "dict", "list")) { // of a defaultdict
        allowed.put(builtins + type, builtins + type);
      }
      function(builtins + "bytes", PickleGlobals::emptyBytes);
    }
  }

  private void numpy() {
    for (String core : List.of("numpy.core.", "numpy._core.")) {
      function(core + "multiarray._reconstruct", arguments -> new NumpyPickles.Array());
      function(core + "multiarray.scalar", NumpyPickles::scalar);
      function(core + "numeric._frombuffer", NumpyPickles::fromBuffer);
    }
    function("numpy.dtype", NumpyPickles.Dtype::of);
    allowed.put("numpy.ndarray", "numpy.ndarray");
  }

  private void torch() {
    function("torch._utils._rebuild_tensor", TorchStorage::rebuildTensor);
    function("torch._utils._rebuild_tensor_v2", TorchStorage::rebuildTensor);
    function("torch._utils._rebuild_tensor_v3", TorchStorage::rebuildTyped);
    function("torch._utils._rebuild_parameter", arguments -> arguments[0]);
    function("torch._utils._rebuild_parameter_with_state", arguments -> arguments[0]);
    function("torch._tensor._rebuild_from_type_v2", PickleGlobals::rebuildFromType);
    function("torch.Size", arguments -> arguments[0]);
    function("torch.storage._load_from_bytes", this::loadFromBytes);
    for (TorchStorage.Kind kind : TorchStorage.Kind.values()) {
      allowed.put("torch." + kind.storageName(), kind);
    }
    for (String untyped : List.of("torch.UntypedStorage", "torch.storage.UntypedStorage")) {
      allowed.put(untyped, TorchStorage.Kind.BYTE); // counted in bytes
    }
  }

  /** {@code _rebuild_from_type_v2(function, type, arguments, state)} of PyTorch's own types. */
  private static Object rebuildFromType(Object[] arguments) {
    Object made = ((Function) arguments[0]).call((Object[]) arguments[2]);
    if (arguments[1] instanceof PicklePlaceholder type
        && TENSOR_TYPES.contains(type.name())
        && made instanceof HostTensor) {
      return made;
    }
    PicklePlaceholder other =
        new PicklePlaceholder(
            arguments[1] instanceof PicklePlaceholder type
                ? type.name()
                : RestrictedUnpickler.describe(arguments[1]));
    other.drop(made);
    return other;
  }

  private Object orderedDict(Object[] arguments) {
    if (arguments.length > 0 && arguments[0] instanceof Map<?, ?> given) {
      return given;
    }
    List<Object> items = new ArrayList<>();
    if (arguments.length > 0) {
      List<?> pairs = (List<?>) arguments[0];
      budget.spendSteps(pairs.size());
      for (Object pair : pairs) {
        items.add(pair instanceof List<?> list ? list.get(0) : ((Object[]) pair)[0]);
        items.add(pair instanceof List<?> list ? list.get(1) : ((Object[]) pair)[1]);
      }
    }
    Map<Object, Object> map = new LinkedHashMap<>();
    RestrictedUnpickler.putAll(map, items);
    return map;
  }

  /** Python 3 writes empty bytes in protocol 2 as a call of {@code bytes()}. */
  private static Object emptyBytes(Object[] arguments) {
    if (arguments.length != 0) {
      throw new CheckpointException("the pickle calls bytes() with arguments");
    }
    return ByteBuffer.allocate(0);
  }

  /** Python 3 writes other bytes in protocol 2 as text that is to be encoded back. */
  private Object encode(Object[] arguments) {
    if (!"latin1".equals(arguments[1])) {
      throw new CheckpointException(
          "expected bytes encoded as latin1, got " + RestrictedUnpickler.describe(arguments[1]));
    }
    String text = (String) arguments[0];
    budget.spendBytes(text.length());
    try {
      return StandardCharsets.ISO_8859_1.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new CheckpointException("bytes that are not latin1 in the pickle", e);
    }
  }

  /** A storage inside a plain pickle is a whole legacy PyTorch file in a byte string. */
  private Object loadFromBytes(Object[] arguments) {
    if (nesting >= MAX_NESTING) {
      throw new CheckpointException("PyTorch files nested too deeply inside a pickle");
    }
    ByteSource nested = ByteSource.of((ByteBuffer) arguments[0]);
    return TorchLegacyReader.read(nested, new PickleGlobals(budget, nesting + 1, false), budget);
  }
}
