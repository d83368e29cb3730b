package org.maskwright.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.deeplearning4j.zoo.model.ResNet50;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J runs its own graph; the backbone made of its file gives the same maps. */
class Dl4jBackboneTest {
  private static final double TOLERANCE = 1e-4;
  private static final int WIDTH = 8;

  @TempDir Path folder;

  private Path save(ComputationGraph graph) throws IOException {
    Path file = folder.resolve("resnet.zip");
    ModelSerializer.writeModel(graph, file.toFile(), true);
    return file;
  }

  private static void assertSameMaps(
      ComputationGraph graph, List<String> stageEnds, Path file, int height, int width) {
    float[] values = new float[3 * height * width];
    Random random = new Random(5);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    INDArray pixels = Nd4j.create(values, new long[] {1, 3, height, width}, 'c');
    Map<String, INDArray> theirs = graph.feedForward(pixels, false);
    ImportedWeights weights = WeightImport.read(file);
    assertEquals(ResNetPart.DL4J, weights.family());
    assertEquals(List.of(), weights.unexpected());
    for (String backend : List.of("torch", "nd4j")) {
      try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
          SegmentationModel model =
              SegmentationModels.build(engine, tinyAround(weights), ClassSpace.ofSize(2));
          var off = engine.noGrad();
          var scope = engine.scope()) {
        model.load(weights, LoadPolicy.backbone());
        Tensor input = engine.floats(values, 1, 3, height, width);
        List<Tensor> maps = model.backbone().forward(input);
        for (int s = 0; s < maps.size(); s++) {
          String end = stageEnds.get(s);
          assertSame(theirs.get(end), maps.get(s), backend + " " + end);
        }
        assertTrue(model.predict(input).maskLogits().numel() > 0);
      }
    }
  }

  private static ModelConfig tinyAround(ImportedWeights weights) {
    BackboneConfig backbone =
        DeducedArchitecture.of(weights.state())
            .withUnseen(weights.unseen().orElseThrow())
            .backbone();
    return Variants.get("mask2former-tiny").withBackbone(backbone);
  }

  private static void assertSame(INDArray expected, Tensor actual, String what) {
    assertArrayEquals(expected.shape(), actual.shape(), what);
    float[] e = expected.dup('c').data().asFloat();
    float[] a = actual.toFloats();
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < e.length; i++) {
      largest = Math.max(largest, Math.abs(e[i]));
      difference = Math.max(difference, Math.abs(e[i] - a[i]));
    }
    boolean same = largest > 0.1 && difference <= TOLERANCE * Math.max(1, largest);
    assertTrue(same, "%s: differs by %s, largest %s".formatted(what, difference, largest));
  }

  @Test
  void backboneOfDl4jsOwnResNet50GivesItsMaps() throws IOException {
    ComputationGraph graph =
        new ComputationGraph(
            ResNet50.builder()
                .numClasses(4)
                .inputShape(new int[] {3, 96, 128})
                .build()
                .graphBuilder()
                .build());
    graph.init();
    Graphs.train(graph, 1);
    Path file = save(graph);
    assertEquals(ResNetPart.Geometry.DL4J, WeightImport.read(file).unseen().orElseThrow());
    List<String> ends = List.of("res2c_branch", "res3d_branch", "res4f_branch", "res5c_branch");
    assertSameMaps(graph, ends, file, 96, 128);
  }

  @Test
  void backboneOfAKerasResNet50GivesItsMapsOnOddSizes() throws IOException {
    Graphs.Made made = Graphs.keras(WIDTH);
    Graphs.train(made.graph(), 2);
    Path file = save(made.graph());
    assertEquals(ResNetPart.Geometry.KERAS, WeightImport.read(file).unseen().orElseThrow());
    assertSameMaps(made.graph(), made.stageEnds(), file, 65, 97);
  }

  @Test
  void strideInTheSpatialConvolutionIsRecognised() throws IOException {
    Graphs.Made made = Graphs.spatialStride(WIDTH, ConvolutionMode.Truncate);
    Graphs.train(made.graph(), 3);
    Path file = save(made.graph());
    assertEquals(ResNetPart.Geometry.TORCHVISION, WeightImport.read(file).unseen().orElseThrow());
    assertSameMaps(made.graph(), made.stageEnds(), file, 64, 70);
  }

  @Test
  void aStrideThatPadsUnevenlyIsRefusedByTheNameOfItsVertex() throws IOException {
    Path file = save(Graphs.spatialStride(WIDTH, ConvolutionMode.Same).graph());
    assertRefused(file, "conv3_block1_2_conv");
  }

  @Test
  void weightsDoNotGoIntoABackboneWithStridesElsewhere() throws IOException {
    Path file = save(Graphs.keras(WIDTH).graph());
    ImportedWeights weights = WeightImport.read(file);
    BackboneConfig torchvision = DeducedArchitecture.of(weights.state()).backbone();
    CheckpointException e =
        assertThrows(
            CheckpointException.class,
            () -> weights.requireComputedAs(torchvision.unseen(), "resnet"));
    assertTrue(e.getMessage().contains("model.backbone.resnet.geometry"), e::getMessage);
  }

  @Test
  void foreignClassesBombsAndDamageAreRefusedBeforeDl4jReadsThem() throws IOException {
    Path file = save(Graphs.keras(WIDTH).graph());
    Map<String, byte[]> entries = entries(file);
    String configuration = new String(entries.get(GraphZip.CONFIGURATION), StandardCharsets.UTF_8);
    String mean = "org.deeplearning4j.nn.conf.layers.ConvolutionLayer";
    assertTrue(configuration.contains(mean));
    rewrite(
        file,
        entries,
        GraphZip.CONFIGURATION,
        configuration
            .replaceFirst(mean, "javax.script.ScriptEngineManager")
            .getBytes(StandardCharsets.UTF_8));
    assertRefused(file, "javax.script.ScriptEngineManager");
    rewrite(file, entries, GraphZip.COEFFICIENTS, new byte[48 << 20]);
    assertRefused(file, "zip bomb");
    rewrite(
        file,
        entries,
        GraphZip.CONFIGURATION,
        "{\"vertices\":{}}".getBytes(StandardCharsets.UTF_8));
    assertRefused(file, "resnet.zip");
    rewrite(file, entries, GraphZip.COEFFICIENTS, new byte[20]);
    assertRefused(file, "resnet.zip");
    byte[] endless = entries.get(GraphZip.COEFFICIENTS).clone();
    ByteBuffer.wrap(endless).putLong(2 + "MIXED_DATA_TYPES".length(), 1L << 40);
    rewrite(file, entries, GraphZip.COEFFICIENTS, endless);
    assertRefused(file, "announces 1099511627776 numbers as its shape");
  }

  /** The directory of a zip may name one of two entries of a name, of which DL4J reads the last. */
  @Test
  void anEntryThatAppearsTwiceIsRefused() throws IOException {
    Path file = save(Graphs.keras(WIDTH).graph());
    Map<String, byte[]> entries = entries(file);
    entries.put("configuration.jsom", new byte[] {'{', '}'});
    rewrite(file, entries, "", new byte[0]);
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    Files.writeString(
        file,
        bytes.replace("configuration.jsom", GraphZip.CONFIGURATION),
        StandardCharsets.ISO_8859_1);
    assertRefused(file, "expected one zip entry 'configuration.json', got 2");
  }

  /** Says whether it was deserialised. */
  private static final class Trap implements Serializable {
    private static final long serialVersionUID = 1;
    private static boolean sprung;

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      sprung = true;
    }
  }

  @Test
  void entriesThatAreNotNeededAreNeitherInflatedNorDeserialised() throws IOException {
    Path file = save(Graphs.keras(WIDTH).graph());
    Map<String, byte[]> entries = entries(file);
    ByteArrayOutputStream trap = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(trap)) {
      out.writeObject(new Trap());
    }
    entries.put("preprocessor.bin", trap.toByteArray());
    entries.put("updaterState.bin", new byte[48 << 20]);
    rewrite(file, entries, "", new byte[0]);
    assertTrue(WeightImport.read(file).state().size() > 0);
    assertFalse(Trap.sprung);
  }

  @Test
  void otherConvolutionsAndNonsenseInTheConfigurationAreNamedFaults() throws IOException {
    Path file = save(Graphs.keras(WIDTH).graph());
    Map<String, byte[]> entries = entries(file);
    String configuration = new String(entries.get(GraphZip.CONFIGURATION), StandardCharsets.UTF_8);
    String layers = "org.deeplearning4j.nn.conf.layers.";
    for (String[] change :
        new String[][] {
          {layers + "ConvolutionLayer", layers + "Deconvolution2D", "got a Deconvolution2D"},
          {PADDING, "\"padding\" : [ ]", "resnet.zip"},
        }) {
      String changed = configuration.replaceFirst(change[0], change[1]);
      assertNotEquals(configuration, changed, change[0]);
      rewrite(file, entries, GraphZip.CONFIGURATION, changed.getBytes(StandardCharsets.UTF_8));
      assertRefused(file, change[2]);
    }
  }

  private static final String PADDING = "\"padding\" : \\[ 3, 3, 3, 3 \\]";

  private static void assertRefused(Path file, String named) {
    CheckpointException e = assertThrows(CheckpointException.class, () -> WeightImport.read(file));
    assertTrue(e.getMessage().contains(named), e::getMessage);
  }

  private static Map<String, byte[]> entries(Path file) throws IOException {
    Map<String, byte[]> out = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        out.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return out;
  }

  private static void rewrite(
      Path file, Map<String, byte[]> entries, String changed, byte[] content) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getKey().equals(changed) ? content : entry.getValue());
      }
    }
  }
}
