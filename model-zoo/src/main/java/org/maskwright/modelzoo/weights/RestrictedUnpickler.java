package org.maskwright.modelzoo.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.Unpickler;

/**
 * Reads a pickle without executing what it asks for: globals come from an allow-list and are our
 * own functions, or are placeholders that do nothing, and every announced length is checked against
 * the bytes that are there. Dictionaries keep their order; long byte strings are slices of the
 * input, not copies.
 */
final class RestrictedUnpickler extends Unpickler {
  private static final int MAX_NUMBER_TEXT = 256;
  private static final int MAX_GLOBAL_TEXT = 256;

  private final PickleInput source;
  private final PickleGlobals globals;
  private final PickleBudget budget;
  private final UnaryOperator<Object> persistent;

  private RestrictedUnpickler(
      PickleInput source,
      PickleGlobals globals,
      PickleBudget budget,
      UnaryOperator<Object> persistent) {
    this.source = source;
    this.globals = globals;
    this.budget = budget;
    this.persistent = persistent;
  }

  /**
   * Reads one pickle and leaves the input behind it.
   *
   * @param persistent what a persistent id (PyTorch: a storage) stands for
   * @throws CheckpointException for every fault
   */
  static Object load(
      PickleInput source,
      PickleGlobals globals,
      PickleBudget budget,
      UnaryOperator<Object> persistent) {
    RestrictedUnpickler unpickler = new RestrictedUnpickler(source, globals, budget, persistent);
    try {
      return unpickler.load(source);
    } catch (CheckpointException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(
          "the pickle is damaged at byte %d: %s".formatted(source.position(), e), e);
    } finally {
      unpickler.close();
    }
  }

  /** A pickle that may hold no persistent ids. */
  static Object refusePersistent(Object id) {
    throw new CheckpointException("unexpected persistent id in a plain pickle");
  }

  @Override
  protected Object persistentLoad(Object id) {
    return persistent.apply(id);
  }

  @Override
  protected Object dispatch(short opcode) throws PickleException, IOException {
    budget.spendSteps(1);
    switch (opcode) {
      case Opcodes.GLOBAL ->
          stack.add(globals.find(source.line(MAX_GLOBAL_TEXT), source.line(MAX_GLOBAL_TEXT)));
      case Opcodes.STACK_GLOBAL -> {
        Object name = stack.pop();
        Object module = stack.pop();
        if (!(module instanceof String m && name instanceof String n)) {
          throw new CheckpointException(
              "the pickle asks for a global by %s and %s, expected two texts"
                  .formatted(describe(module), describe(name)));
        }
        stack.add(globals.find(m, n));
      }
      case Opcodes.INST ->
          throw PickleGlobals.refused(source.line(MAX_GLOBAL_TEXT), source.line(MAX_GLOBAL_TEXT));
      case Opcodes.REDUCE -> reduce();
      case Opcodes.BUILD -> build();
      case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<Object, Object>());
      case Opcodes.DICT -> {
        Map<Object, Object> map = new LinkedHashMap<>();
        putAll(map, stack.pop_all_since_marker());
        stack.add(map);
      }
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        Object key = stack.pop();
        setItems(stack.peek(), Arrays.asList(key, value));
      }
      case Opcodes.SETITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        setItems(stack.peek(), items);
      }
      case Opcodes.APPEND -> {
        Object element = stack.pop();
        append(stack.peek(), Collections.singletonList(element));
      }
      case Opcodes.EMPTY_SET -> stack.add(new PicklePlaceholder("builtins.set"));
      case Opcodes.FROZENSET -> {
        PicklePlaceholder set = new PicklePlaceholder("builtins.frozenset");
        set.drop(stack.pop_all_since_marker().toArray());
        stack.add(set);
      }
      case Opcodes.ADDITEMS, Opcodes.APPENDS -> {
        List<Object> elements = stack.pop_all_since_marker();
        append(stack.peek(), elements);
      }
      case Opcodes.NEWOBJ -> {
        Object[] arguments = (Object[]) stack.pop();
        stack.add(newObject(stack.pop(), arguments));
      }
      case Opcodes.NEWOBJ_EX -> {
        Object named = stack.pop();
        Object[] arguments = (Object[]) stack.pop();
        if (!(named instanceof Map<?, ?> map && map.isEmpty())
            && !(stack.peek() instanceof PicklePlaceholder)) {
          throw new CheckpointException("the pickle gives named arguments to a known class");
        }
        stack.add(newObject(stack.pop(), arguments));
      }
      case Opcodes.SHORT_BINBYTES -> stack.add(source.sliceCounted(1));
      case Opcodes.BINBYTES, Opcodes.BINSTRING -> stack.add(source.sliceCounted(Integer.BYTES));
      case Opcodes.BINBYTES8, Opcodes.BYTEARRAY8 -> stack.add(source.sliceCounted(Long.BYTES));
      default -> {
        checkLength(opcode);
        return super.dispatch(opcode);
      }
    }
    return NO_RETURN_VALUE;
  }

  /** Refuses opcodes that no checkpoint needs, and checks lengths of those the library executes. */
  private void checkLength(short opcode) {
    switch (opcode) {
      case Opcodes.INT, Opcodes.LONG, Opcodes.FLOAT, Opcodes.GET, Opcodes.PUT ->
          source.requireLine(MAX_NUMBER_TEXT);
      case Opcodes.STRING, Opcodes.UNICODE -> {
        int length = source.requireLine(source.size());
        budget.spendBytes(length);
      }
      case Opcodes.SHORT_BINSTRING, Opcodes.SHORT_BINUNICODE, Opcodes.LONG1 ->
          source.requireCounted(1);
      case Opcodes.BINUNICODE -> source.requireCounted(Integer.BYTES);
      case Opcodes.BINUNICODE8 -> source.requireCounted(Long.BYTES);
      case Opcodes.PROTO,
          Opcodes.FRAME,
          Opcodes.MARK,
          Opcodes.STOP,
          Opcodes.POP,
          Opcodes.POP_MARK,
          Opcodes.DUP,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.BINFLOAT,
          Opcodes.EMPTY_TUPLE,
          Opcodes.TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.EMPTY_LIST,
          Opcodes.LIST,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.MEMOIZE,
          Opcodes.BINPERSID -> {}
      default ->
          throw new CheckpointException(
              "pickle opcode 0x%02x at byte %d is not needed by checkpoints and is refused"
                  .formatted(opcode, source.position() - 1));
    }
  }

  private void reduce() {
    Object[] arguments = (Object[]) stack.pop();
    Object function = stack.pop();
    if (!(function instanceof PickleGlobals.Function allowed)) {
      throw new CheckpointException("the pickle calls something that is not a function");
    }
    stack.add(allowed.call(arguments));
  }

  /** A class is called as a function is: both make a value of ours or a placeholder. */
  private static Object newObject(Object type, Object[] arguments) {
    if (!(type instanceof PickleGlobals.Function allowed)) {
      throw new CheckpointException("the pickle makes an object of something that is no class");
    }
    return allowed.call(arguments);
  }

  private static void setItems(Object target, List<Object> items) {
    if (target instanceof PicklePlaceholder placeholder) {
      placeholder.drop(items.toArray());
    } else {
      putAll(asMap(target), items);
    }
  }

  @SuppressWarnings("unchecked")
  private static void append(Object target, List<Object> elements) {
    if (target instanceof PicklePlaceholder placeholder) {
      placeholder.drop(elements.toArray());
    } else if (target instanceof List) {
      ((List<Object>) target).addAll(elements);
    } else {
      throw new CheckpointException("the pickle appends to something that is not a list");
    }
  }

  /** Numpy arrays and dtypes take their state; attributes of an OrderedDict are not needed. */
  private void build() {
    Object state = stack.pop();
    Object target = stack.peek();
    if (target instanceof PicklePlaceholder placeholder) {
      placeholder.drop(
          state instanceof Map<?, ?> map ? map.values().toArray() : new Object[] {state});
    } else if (target instanceof ScriptedModule module) {
      module.setState(state);
    } else if (target instanceof NumpyPickles.Stateful stateful) {
      stateful.setState((Object[]) state);
    } else if (!(target instanceof Map)) {
      throw new CheckpointException("the pickle sets the state of an object that has none");
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<Object, Object> asMap(Object target) {
    if (target instanceof Map) {
      return (Map<Object, Object>) target;
    }
    throw new CheckpointException("the pickle puts items into something that is not a dict");
  }

  /**
   * Keys are text and numbers (anything else by identity), so that hashing cannot be made
   * expensive.
   */
  static void putAll(Map<Object, Object> map, List<Object> items) {
    if (items.size() % 2 != 0) {
      throw new CheckpointException("the pickle gives a dict a key without a value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      Object key = items.get(i);
      if (key instanceof ByteBuffer) {
        key = new Object[] {key};
      }
      if (!(key == null
          || key instanceof String
          || key instanceof Number
          || key instanceof Boolean
          || key instanceof PicklePlaceholder
          || key instanceof TorchStorage.Kind
          || key instanceof Object[])) {
        throw new CheckpointException("the pickle uses a dict key that is no text or number");
      }
      map.put(key, items.get(i + 1));
    }
  }

  /**
   * A value for a message: text and numbers as they are, of anything else its kind. The text of a
   * list that holds one list often, and that another, may be longer than all memory.
   */
  static String describe(Object value) {
    if (value == null) {
      return "None";
    }
    if (value instanceof PicklePlaceholder) {
      return value.toString();
    }
    return value instanceof String || value instanceof Number
        ? "'" + value + "'"
        : "a " + value.getClass().getSimpleName();
  }

  /** The name of a dict's entry; of a key that is no text or number, its kind. */
  static String name(Object key) {
    return key instanceof String || key instanceof Number || key instanceof Boolean
        ? key.toString()
        : describe(key);
  }

  /** The text of a str or of bytes in Latin-1 (Python 2 names). */
  static String text(Object value) {
    if (value instanceof ByteBuffer bytes) {
      return StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
    }
    return (String) value;
  }
}
