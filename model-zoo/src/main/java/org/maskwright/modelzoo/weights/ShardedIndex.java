package org.maskwright.modelzoo.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model split over several files, listed by {@code model.safetensors.index.json} (or {@code
 * pytorch_model.bin.index.json}): {@code weight_map} gives the file of each key.
 */
final class ShardedIndex {
  static final String SAFETENSORS_INDEX = "model.safetensors.index.json";
  static final String TORCH_INDEX = "pytorch_model.bin.index.json";
  private static final long MAX_INDEX_BYTES = 100_000_000;
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private ShardedIndex() {}

  static Checkpoint read(Path index) {
    Map<String, String> fileOfKey = weightMap(index);
    Map<String, Checkpoint> shards = new LinkedHashMap<>();
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    boolean safetensors = false;
    for (Map.Entry<String, String> entry : fileOfKey.entrySet()) {
      Checkpoint shard = shards.computeIfAbsent(entry.getValue(), name -> readShard(index, name));
      safetensors |= shard.format() == Checkpoint.Format.SAFETENSORS;
      HostTensor tensor =
          shard
              .state()
              .find(entry.getKey())
              .orElseThrow(
                  () ->
                      new CheckpointException(
                          index,
                          "says that '%s' is in %s, but it is not there"
                              .formatted(entry.getKey(), entry.getValue())));
      tensors.put(entry.getKey(), tensor);
    }
    List<Path> files = new ArrayList<>(List.of(index));
    shards.values().forEach(shard -> files.add(shard.file()));
    return CheckpointReader.ofTensors(
        index,
        files,
        safetensors ? Checkpoint.Format.SAFETENSORS_SHARDED : Checkpoint.Format.TORCH_SHARDED,
        StateDict.of(tensors));
  }

  /** A shard lies beside the index: its name may not lead anywhere else. */
  private static Checkpoint readShard(Path index, String name) {
    if (name.isEmpty() || name.matches(".*[/\\\\:].*") || name.startsWith(".")) {
      throw new CheckpointException(
          index, "names the shard '" + name + "', expected a plain file name");
    }
    return CheckpointReader.readShard(index.resolveSibling(name));
  }

  private static Map<String, String> weightMap(Path index) {
    Map<String, String> fileOfKey = new LinkedHashMap<>();
    try {
      if (Files.size(index) > MAX_INDEX_BYTES) {
        throw new CheckpointException(index, "is larger than " + MAX_INDEX_BYTES + " bytes");
      }
      try (JsonParser json = JSON.createParser(Files.readAllBytes(index))) {
        expect(index, json.nextToken(), JsonToken.START_OBJECT);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          boolean map = json.currentName().equals("weight_map");
          JsonToken value = json.nextToken();
          if (!map) {
            json.skipChildren();
            continue;
          }
          expect(index, value, JsonToken.START_OBJECT);
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            expect(index, json.nextToken(), JsonToken.VALUE_STRING);
            fileOfKey.put(key, json.getText());
          }
        }
      }
    } catch (IOException e) {
      throw new CheckpointException(index, "is not a valid index: " + e.getMessage(), e);
    }
    if (fileOfKey.isEmpty()) {
      throw new CheckpointException(index, "has no weight_map, so it is not a sharded checkpoint");
    }
    return fileOfKey;
  }

  private static void expect(Path index, JsonToken got, JsonToken expected) {
    if (got != expected) {
      throw new CheckpointException(index, "expected " + expected + ", got " + got);
    }
  }
}
