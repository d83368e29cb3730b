package org.maskwright.modelzoo.weights;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A two-way table between Maskwright's key names (the official detectron2 names) and those of
 * another ecosystem: a list, not a program, so export is the inverse of import. The tables are the
 * {@code .keymap} resources beside this class; a line is
 *
 * <pre>
 *   rename  ours  theirs     one tensor, both ways
 *   split   ours  theirs     ours is fused; theirs are its thirds [query,key,value] along axis 0;
 *                            a third "-" is not kept there, and 0
 *   lead1   ours  theirs     ours has an axis of length 1 before those of theirs; lead2: two
 *   tail2   ours  theirs     theirs has two axes of length 1 behind those of ours
 *   turned  ours  theirs     a matrix, transposed
 *   copy    ours  theirs     theirs repeats one of ours; written on export, compared on import
 *   counter ours  theirs     a 0 written beside each of ours on export, ignored on import
 *   zeros   ours  theirs  S  the same of many: S are sizes such as 1000,*; * is that of ours along
 *                            axis 0
 *   alias   ours  theirs     an older name, only read
 *   ignore        theirs     only read, and dropped
 *   let NAME text; include FILE
 *   backbones                the lines of every backbone that has some
 * </pre>
 */
final class KeyTable {
  private enum Kind {
    RENAME,
    SPLIT,
    LEAD1,
    LEAD2,
    TAIL2,
    TURNED,
    COPY,
    COUNTER,
    ZEROS,
    ALIAS,
    IGNORE
  }

  /**
   * A line.
   *
   * @param sizes of zeros, else none
   */
  private record Rule(Kind kind, KeyTemplate ours, KeyTemplate theirs, List<String> sizes) {}

  private final String name;
  private final List<KeyResource> backbones;
  private final List<Rule> rules = new ArrayList<>();
  private final Map<String, String> variables = new LinkedHashMap<>();

  private KeyTable(String name, List<KeyResource> backbones) {
    this.name = name;
    this.backbones = backbones;
  }

  /**
   * Reads a table.
   *
   * @param backbones for its line {@code backbones}
   */
  static KeyTable load(KeyResource resource, List<KeyResource> backbones) {
    KeyTable table = new KeyTable(resource.name(), backbones);
    table.include(resource);
    return table;
  }

  private void include(KeyResource resource) {
    try (InputStream in = resource.owner().getResourceAsStream(resource.name())) {
      if (in == null) {
        throw new IllegalStateException(
            "no key table " + resource.name() + " beside " + resource.owner().getName());
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          parse(resource, line.strip());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void parse(KeyResource from, String line) {
    String[] words = substitute(line).split("\\s+", -1);
    switch (words[0]) {
      case "let" -> variables.put(words[1], words[2]);
      case "include" -> include(KeyResource.of(from.owner(), words[1]));
      case "backbones" -> backbones.forEach(this::include);
      case "ignore" ->
          rules.add(new Rule(Kind.IGNORE, null, new KeyTemplate(words[1], words[1]), List.of()));
      default -> {
        Kind kind = Kind.valueOf(words[0].toUpperCase(Locale.ROOT));
        int columns = kind == Kind.ZEROS ? 4 : 3;
        if (words.length != columns) {
          throw new IllegalStateException(
              "%s: expected %d columns: %s".formatted(name, columns, line));
        }
        rules.add(
            new Rule(
                kind,
                new KeyTemplate(words[1], words[2]),
                new KeyTemplate(words[2], words[1]),
                kind == Kind.ZEROS ? List.of(words[3].split(",", -1)) : List.of()));
      }
    }
  }

  private String substitute(String line) {
    String result = line;
    List<String> longestFirst = new ArrayList<>(variables.keySet());
    longestFirst.sort((a, b) -> b.length() - a.length());
    for (String variable : longestFirst) {
      result = result.replace("$" + variable, variables.get(variable));
    }
    return result;
  }

  /**
   * From their names to ours.
   *
   * @throws CheckpointException if two keys mean the same, or a third is missing
   */
  KeyTranslation toOurs(StateDict theirs) {
    Map<String, HostTensor> ours = new LinkedHashMap<>();
    Map<String, Thirds> thirds = new LinkedHashMap<>();
    Map<String, String> copies = new LinkedHashMap<>();
    List<String> unexpected = new ArrayList<>();
    List<String> ignored = new ArrayList<>();
    for (Map.Entry<String, HostTensor> entry : theirs.asMap().entrySet()) {
      String key = entry.getKey();
      Optional<Found> found = find(key);
      if (found.isEmpty()) {
        unexpected.add(key);
        continue;
      }
      switch (found.get().rule().kind()) {
        case RENAME, ALIAS -> putOnce(ours, found.get().other(), entry.getValue(), key);
        case LEAD1 -> putOnce(ours, found.get().other(), shaped(entry.getValue(), 1, 0), key);
        case LEAD2 -> putOnce(ours, found.get().other(), shaped(entry.getValue(), 2, 0), key);
        case TAIL2 -> putOnce(ours, found.get().other(), shaped(entry.getValue(), 0, -2), key);
        case TURNED -> putOnce(ours, found.get().other(), entry.getValue().transposed(), key);
        case SPLIT -> {
          String fused = found.get().other();
          ours.putIfAbsent(fused, entry.getValue()); // keeps the place; replaced below
          thirds
              .computeIfAbsent(fused, unused -> new Thirds(found.get().rule().theirs()))
              .parts()
              .put(found.get().match().branch(), entry.getValue());
        }
        case COPY -> copies.put(key, found.get().other());
        case COUNTER, ZEROS, IGNORE -> ignored.add(key);
      }
    }
    thirds.forEach((fused, parts) -> ours.put(fused, join(fused, parts)));
    copies.forEach(
        (copy, original) ->
            ignored.add(describeCopy(copy, theirs.get(copy), original, ours.get(original))));
    return new KeyTranslation(
        StateDict.of(ours).withMetadata(theirs.metadata()), theirs.size(), unexpected, ignored);
  }

  private record Found(Rule rule, KeyTemplate.Match match, String other) {}

  private Optional<Found> find(String theirKey) {
    for (Rule rule : rules) {
      Optional<KeyTemplate.Match> match = rule.theirs().match(theirKey);
      if (match.isEmpty()) {
        continue;
      }
      if (rule.kind() == Kind.IGNORE) {
        return Optional.of(new Found(rule, match.get(), theirKey));
      }
      Optional<String> ours = rule.ours().render(match.get().bound(), 0);
      if (ours.isPresent()) {
        return Optional.of(new Found(rule, match.get(), ours.get()));
      }
    }
    return Optional.empty();
  }

  private static void putOnce(
      Map<String, HostTensor> ours, String key, HostTensor tensor, String source) {
    if (ours.put(key, tensor) != null) {
      throw new CheckpointException(
          "'%s' and another key of the file both mean '%s'".formatted(source, key));
    }
  }

  /** What was found of a fused tensor, and the keys of its thirds. */
  private record Thirds(KeyTemplate keys, Map<Integer, HostTensor> parts) {
    Thirds(KeyTemplate keys) {
      this(keys, new LinkedHashMap<>());
    }
  }

  private static HostTensor join(String fused, Thirds thirds) {
    Map<Integer, HostTensor> parts = thirds.parts();
    List<HostTensor> ordered = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      HostTensor part =
          thirds.keys().isAbsent(i) ? zerosLike(parts.values().iterator().next()) : parts.get(i);
      if (part == null) {
        throw new CheckpointException(
            "'%s' needs query, key and value, but the file has only %d of them"
                .formatted(fused, parts.size()));
      }
      ordered.add(part);
    }
    return HostTensor.concatRows(ordered);
  }

  private static HostTensor zeros(List<String> sizes, HostTensor ours) {
    long[] shape =
        sizes.stream().mapToLong(s -> s.equals("*") ? ours.size(0) : Long.parseLong(s)).toArray();
    int bytes = Math.toIntExact(Arrays.stream(shape).reduce(Float.BYTES, Math::multiplyExact));
    return HostTensor.of(ElementType.F32, shape, HostTensor.allocate(bytes));
  }

  private static HostTensor zerosLike(HostTensor tensor) {
    return HostTensor.of(tensor.type(), tensor.shape(), HostTensor.allocate(tensor.byteSize()));
  }

  /** With so many axes of length 1 more, or fewer, in front and behind. */
  private static HostTensor shaped(HostTensor tensor, int before, int behind) {
    int skipped = Math.max(-before, 0);
    int kept = tensor.rank() - skipped - Math.max(-behind, 0);
    if (kept < 0) {
      throw new CheckpointException(
          "expected a tensor of at least %d axes, got %s".formatted(tensor.rank() - kept, tensor));
    }
    int led = Math.max(before, 0);
    long[] shape = new long[led + kept + Math.max(behind, 0)];
    Arrays.fill(shape, 1);
    System.arraycopy(tensor.shape(), skipped, shape, led, kept);
    return tensor.reshape(shape);
  }

  /**
   * A repetition is not used by the model, so one that was left behind by training is only noted.
   */
  private static String describeCopy(
      String copy, HostTensor tensor, String original, HostTensor first) {
    boolean same = first != null && first.contentEquals(tensor);
    return same ? copy : copy + " (no copy of " + original + " any more; unused by the model)";
  }

  /**
   * From our names to theirs.
   *
   * @throws CheckpointException if a key has no counterpart there, or a fused tensor no thirds
   */
  StateDict toTheirs(StateDict ours) {
    Map<String, HostTensor> theirs = new LinkedHashMap<>();
    List<String> unknown = new ArrayList<>();
    ours.asMap()
        .forEach(
            (key, tensor) -> {
              int before = theirs.size();
              for (Rule rule : rules) {
                write(rule, key, tensor, theirs);
              }
              if (theirs.size() == before) {
                unknown.add(key);
              }
            });
    if (!unknown.isEmpty()) {
      throw new CheckpointException(
          "%d tensors have no counterpart in %s, the first is '%s'"
              .formatted(unknown.size(), name.replace(".keymap", ""), unknown.get(0)));
    }
    return StateDict.of(theirs).withMetadata(ours.metadata());
  }

  private static void write(
      Rule rule, String key, HostTensor tensor, Map<String, HostTensor> theirs) {
    if (rule.kind() == Kind.IGNORE || rule.kind() == Kind.ALIAS) {
      return;
    }
    Optional<KeyTemplate.Match> match = rule.ours().match(key);
    if (match.isEmpty()) {
      return;
    }
    Map<String, String> bound = match.get().bound();
    switch (rule.kind()) {
      case RENAME, COPY ->
          rule.theirs().render(bound, 0).ifPresent(name -> theirs.put(name, tensor));
      case LEAD1 ->
          rule.theirs().render(bound, 0).ifPresent(name -> theirs.put(name, shaped(tensor, -1, 0)));
      case LEAD2 ->
          rule.theirs().render(bound, 0).ifPresent(name -> theirs.put(name, shaped(tensor, -2, 0)));
      case TAIL2 ->
          rule.theirs().render(bound, 0).ifPresent(name -> theirs.put(name, shaped(tensor, 0, 2)));
      case TURNED ->
          rule.theirs().render(bound, 0).ifPresent(name -> theirs.put(name, tensor.transposed()));
      case COUNTER ->
          rule.theirs()
              .render(bound, 0)
              .ifPresent(name -> theirs.put(name, HostTensor.ofLongs(new long[] {0})));
      case ZEROS ->
          rule.theirs()
              .render(bound, 0)
              .ifPresent(name -> theirs.put(name, zeros(rule.sizes(), tensor)));
      case SPLIT -> {
        long rows = tensor.rank() == 0 ? 0 : tensor.size(0);
        if (rows == 0 || rows % 3 != 0) {
          throw new CheckpointException(
              "'%s' is %s, but must hold query, key and value as thirds of axis 0"
                  .formatted(key, tensor));
        }
        for (int i = 0; i < 3; i++) {
          HostTensor third = tensor.rows(i * rows / 3, (i + 1) * rows / 3);
          rule.theirs().render(bound, i).ifPresent(name -> theirs.put(name, third));
        }
      }
      case ALIAS, IGNORE -> {}
    }
  }
}
