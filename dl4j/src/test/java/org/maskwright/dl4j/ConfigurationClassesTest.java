package org.maskwright.dl4j;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.weights.CheckpointException;

class ConfigurationClassesTest {
  /** A class that nothing else in the process loads. */
  private static final String VICTIM = "java.util.logging.MemoryHandler";

  private static final String AROUND =
      "{\"networkInputs\":[\"in\"],\"networkOutputs\":[\"o\"],\"vertexInputs\":{\"o\":[\"in\"]},"
          + "\"vertices\":{\"o\":%s}}";
  private static final String LAYER =
      "{\"@class\":\"org.deeplearning4j.nn.conf.graph.LayerVertex\",\"layerConf\":{\"layer\":%s}}";

  @TempDir Path folder;

  /** Says which classes were asked of it. */
  private static final class Witness extends ClassLoader {
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    Witness(ClassLoader parent) {
      super(parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      asked.add(name);
      return super.loadClass(name, resolve);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"@class\":\"VICTIM\"}",
        "[\"VICTIM\",{}]",
        "{\"VICTIM\":{}}",
        "{\"@class\":\"VICTIM<java.lang.String>\"}",
        "{\"@class\":\"org.deeplearning4j.nn.conf.graph.LayerVertex<VICTIM>\"}",
        "[\"java.util.List<VICTIM>\",[]]",
        "[\"[LVICTIM;\",[]]",
        "{\"@class\":\" VICTIM\"}",
        "{\"\\u0040class\":\"java.util.logging.Memory\\u0048andler\"}",
        "{\"layerName\":{\"@class\":\"VICTIM\"}}",
        "{\"layerName\":[\"VICTIM\",{}]}",
        "{\"x\":{\"vertices\":{\"VICTIM\":{}}}}"
      })
  void aClassOutsideTheListIsRefusedByNameAndNeverAskedFor(String vertex) throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    Witness witness = new Witness(before);
    thread.setContextClassLoader(witness);
    try {
      for (String place : List.of(AROUND, AROUND.formatted(LAYER))) {
        Path file = archive(place.formatted(vertex.replace("VICTIM", VICTIM)));
        CheckpointException fault =
            assertThrows(CheckpointException.class, () -> WeightImport.read(file));
        assertTrue(
            fault.getMessage().contains("which is no configuration class"), fault::getMessage);
      }
    } finally {
      thread.setContextClassLoader(before);
    }
    assertEquals(
        List.of(), witness.asked.stream().filter(name -> name.contains("logging.M")).toList());
  }

  @Test
  void namesThatAUserChoseMayLookLikeClasses() throws IOException {
    Path file = folder.resolve("resnet.zip");
    ModelSerializer.writeModel(Graphs.keras(8).graph(), file.toFile(), true);
    String configuration;
    try (ZipFile zip = new ZipFile(file.toFile())) {
      configuration =
          new String(
              zip.getInputStream(zip.getEntry(GraphZip.CONFIGURATION)).readAllBytes(),
              StandardCharsets.UTF_8);
    }
    String named = configuration.replace("\"conv1_conv\"", "\"encoder.stem.conv\"");
    assertTrue(!named.equals(configuration), "no vertex conv1_conv");
    assertDoesNotThrow(
        () -> ConfigurationClasses.check(file, named.getBytes(StandardCharsets.UTF_8)));
  }

  private Path archive(String configuration) throws IOException {
    Path file = folder.resolve("case.zip");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(GraphZip.CONFIGURATION));
      zip.write(configuration.getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry(GraphZip.COEFFICIENTS));
      zip.write(new byte[] {0});
    }
    return file;
  }
}
