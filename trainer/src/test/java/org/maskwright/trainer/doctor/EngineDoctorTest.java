package org.maskwright.trainer.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** An engine whose process dies, hangs up or refuses, seen from outside. */
class EngineDoctorTest {
  private static final List<String> CHECKS = List.of("first", "second", "third");

  private final List<Fact> facts = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  /** Computes like {@link CheckMain}; what happens depends on the engine's name. */
  static final class Actor {
    private static final int ABORTED = 134;

    private Actor() {}

    public static void main(String[] args) {
      Report report = new Report(new PrintStream(System.out, true, StandardCharsets.UTF_8));
      if (args[0].equals("refuses")) {
        report.refused("no such library");
        Runtime.getRuntime().halt(1);
      }
      if (args[2].equals(CheckMain.PROBE)) {
        if (args[0].equals("dies-early")) {
          Runtime.getRuntime().halt(ABORTED);
        }
        System.out.println("onednn_verbose,v1,info,oneDNN v9.8 (commit 1)");
        System.out.println("onednn_verbose,v1,info,cpu,isa:Intel AVX");
        report.engine("an actor", "cpu");
        return;
      }
      for (int i = Integer.parseInt(args[2]); i < CHECKS.size(); i++) {
        report.begins(CHECKS.get(i));
        if (args[0].equals("dies") && i == 1) {
          report.next("its worst part");
          System.err.println("free(): invalid next size");
          Runtime.getRuntime().halt(ABORTED);
        }
        if (args[0].equals("crashes") && i == 1) {
          crash();
        }
        if (args[0].equals("hangs") && i == 1) {
          sleep();
        }
        report.ended(CHECKS.get(i), new Check.Outcome(i != 2, "number " + i));
      }
    }
  }

  /** As a library that reads outside its memory does. */
  private static void crash() {
    String self = Long.toString(ProcessHandle.current().pid());
    try {
      new ProcessBuilder("kill", "-SEGV", self).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sleep();
  }

  private static void sleep() {
    try {
      Thread.sleep(600_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void examine(String engine) {
    examine(engine, Duration.ofMinutes(1));
  }

  private void examine(String engine, Duration patience) {
    new EngineDoctor(engine, 1, facts::add, findings::add, Actor.class, CHECKS, patience).examine();
  }

  private List<String> verdicts() {
    return findings.stream().map(f -> f.check() + " " + f.verdict()).toList();
  }

  @Test
  void aDeathIsNamedWithItsPlaceAndTheChecksAfterItAreMade() {
    examine("dies");
    assertEquals(List.of("starts OK", "first OK", "second WRONG", "third WRONG"), verdicts());
    String message = findings.get(2).message();
    for (String part : List.of("died", "its worst part", "abort", "invalid next size")) {
      assertTrue(message.contains(part), message);
    }
    assertEquals("number 2", findings.get(3).message());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aSegmentationFaultIsNamedWithTheNativeFunctionAndLeavesNoFile() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    examine("crashes");
    assertEquals(List.of("starts OK", "first OK", "second WRONG", "third WRONG"), verdicts());
    String message = findings.get(2).message();
    assertTrue(message.contains("(SIGSEGV in "), message);
    try (Stream<Path> files = Files.list(here)) {
      assertEquals(List.of(), files.filter(f -> f.toString().contains("hs_err")).toList());
    }
  }

  @Test
  void aCheckThatSaysNothingForTooLongIsEndedAndNamed() {
    examine("hangs", Duration.ofSeconds(8));
    assertEquals(List.of("starts OK", "first OK", "second WRONG", "third WRONG"), verdicts());
    assertTrue(findings.get(2).message().contains("hung"), findings.get(2)::message);
  }

  @Test
  void aDeathBeforeTheFirstCheckIsAFinding() {
    examine("dies-early");
    assertEquals(List.of("starts WRONG"), verdicts());
    assertTrue(findings.get(0).message().contains("abort"), findings.get(0)::message);
  }

  @Test
  void anEngineThatRefusesToStartSaysWhy() {
    examine("refuses");
    assertEquals(List.of("starts WRONG"), verdicts());
    assertEquals("no such library", findings.get(0).message());
  }

  @Test
  void librariesThatTellTheirKernelsAreFacts() {
    examine("fine");
    assertEquals("an actor", facts.get(0).value());
    assertEquals("v9.8, kernels for Intel AVX", facts.get(1).value());
  }
}
