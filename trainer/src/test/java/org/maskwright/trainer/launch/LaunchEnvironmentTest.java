package org.maskwright.trainer.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.trainer.config.ConfigException;

class LaunchEnvironmentTest {
  private static Map<String, String> env(String text) {
    Map<String, String> out = new HashMap<>();
    for (String pair : text.isBlank() ? new String[0] : text.split(" ", -1)) {
      out.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    return out;
  }

  private static List<Rendezvous> places(String env, int processes) {
    return LaunchEnvironment.places(env(env), processes);
  }

  private static final String TORCHRUN =
      "RANK=5 WORLD_SIZE=8 LOCAL_RANK=1 LOCAL_WORLD_SIZE=4 MASTER_ADDR=gpu01 MASTER_PORT=29500";
  private static final String PET =
      "PET_NNODES=3 PET_NODE_RANK=2 PET_MASTER_ADDR=job-node-0 PET_MASTER_PORT=29400";
  private static final String SLURM =
      "SLURM_STEP_ID=0 SLURM_JOB_ID=123456 SLURM_NTASKS=5 SLURM_STEP_NUM_TASKS=5 SLURM_PROCID=4"
          + " SLURM_NODEID=2 SLURM_STEP_NODELIST=gpu[07-09] SLURM_STEP_TASKS_PER_NODE=2(x2),1";

  @Test
  void withoutAnyVariableAProcessIsAlone() {
    assertEquals(List.of(Rendezvous.ALONE), places("", 0));
    assertEquals(List.of(Rendezvous.ALONE), places("HOME=/root MASTER_ADDR=x", 1));
  }

  @Test
  void processesThatAreAskedForMeetOnThisMachine() {
    List<Rendezvous> places = places("", 3);
    assertEquals(3, places.size());
    for (int rank = 0; rank < 3; rank++) {
      int port = places.get(0).port();
      assertEquals(new Rendezvous(rank, 3, 3, "localhost", port), places.get(rank));
    }
  }

  @Test
  void torchrunsVariablesSayWhichProcessThisIs() {
    assertEquals(List.of(new Rendezvous(5, 8, 4, "gpu01", 29500)), places(TORCHRUN, 0));
    assertEquals(
        List.of(new Rendezvous(1, 2, 1, "a", 7)),
        places("RANK=1 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=7", 0));
    assertEquals(List.of(Rendezvous.ALONE), places("RANK=0 WORLD_SIZE=1", 0));
  }

  @Test
  void torchrunsVariablesHoldBeforeThoseAroundThem() {
    assertEquals(
        List.of(new Rendezvous(5, 8, 4, "gpu01", 29500)),
        places(TORCHRUN + " " + SLURM + " PET_NNODES=2 PET_NPROC_PER_NODE=4", 0));
  }

  @Test
  void kubeflowsVariablesSayWhichMachineThisIs() {
    assertEquals(List.of(new Rendezvous(2, 3, 1, "job-node-0", 29400)), places(PET, 0));
    List<Rendezvous> two =
        List.of(
            new Rendezvous(4, 6, 2, "job-node-0", 29400),
            new Rendezvous(5, 6, 2, "job-node-0", 29400));
    assertEquals(two, places(PET, 2));
    assertEquals(two, places(PET + " PET_NPROC_PER_NODE=2", 0));
    assertEquals(two, places(PET + " PET_NPROC_PER_NODE=auto", 2));
    assertEquals(List.of(Rendezvous.ALONE), places("PET_NNODES=1 PET_NODE_RANK=0", 0));
    assertEquals(2, places("PET_NNODES=1", 2).size());
    assertEquals(3, places(PET.replace("=3", "=3:3"), 0).get(0).size());
  }

  @Test
  void slurmsVariablesOfAStepSayWhichTaskThisIs() {
    assertEquals(List.of(new Rendezvous(4, 5, 1, "gpu07", 23456)), places(SLURM, 0));
    assertEquals(
        List.of(new Rendezvous(1, 5, 2, "head", 99)),
        places(
            SLURM.replace("PROCID=4", "PROCID=1").replace("NODEID=2", "NODEID=0")
                + " MASTER_ADDR=head MASTER_PORT=99",
            0));
  }

  @Test
  void theScriptOfASlurmBatchIsOneProcess() {
    assertEquals(
        List.of(Rendezvous.ALONE),
        places("SLURM_JOB_ID=7 SLURM_NTASKS=8 SLURM_PROCID=0 SLURM_JOB_NODELIST=a", 0));
    assertEquals(List.of(Rendezvous.ALONE), places("SLURM_STEP_ID=0 SLURM_NTASKS=1", 0));
  }

  @ParameterizedTest
  @CsvSource({
    "'gpu[03-05,9],login1', gpu03",
    "gpu7, gpu7",
    "'a1,a2', a1",
    "'n[1]-ib,n2', n1-ib",
    "rack-2-node[0010-0012], rack-2-node0010"
  })
  void theFirstMachineOfASlurmListIsTheOneToMeetOn(String list, String first) {
    assertEquals(first, LaunchEnvironment.firstHost(list));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "RANK=1; 0; WORLD_SIZE: expected a value",
        "WORLD_SIZE=2; 0; RANK: expected a value",
        "RANK=1 WORLD_SIZE=2 MASTER_PORT=1; 0; MASTER_ADDR: expected a value",
        "RANK=1 WORLD_SIZE=2 MASTER_ADDR=a; 0; MASTER_PORT: expected a value",
        "RANK=2 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=1; 0; RANK: expected 0 to 1",
        "RANK=-1 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=1; 0; RANK: expected a whole number",
        "RANK=one WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=1; 0; RANK: expected a whole number",
        "RANK=0 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=70000; 0; MASTER_PORT: expected 1 to 65535",
        "RANK=0 WORLD_SIZE=2 LOCAL_WORLD_SIZE=3 MASTER_ADDR=a MASTER_PORT=1; 0; LOCAL_WORLD_SIZE:",
        "RANK=0 WORLD_SIZE=2 LOCAL_RANK=1 MASTER_ADDR=a MASTER_PORT=1; 0; LOCAL_RANK: expected",
        "RANK=0 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=1; 2; --processes: RANK and WORLD_SIZE",
        "RANK=0 WORLD_SIZE=5 PET_NNODES=2 PET_NPROC_PER_NODE=2 MASTER_ADDR=a MASTER_PORT=1; 0;"
            + " WORLD_SIZE: expected PET_NNODES times PET_NPROC_PER_NODE, 4, got 5",
        "PET_NNODES=2 PET_NODE_RANK=2 PET_MASTER_ADDR=a PET_MASTER_PORT=1; 0; PET_NODE_RANK:",
        "PET_NNODES=2 PET_MASTER_ADDR=a PET_MASTER_PORT=1; 0; PET_NODE_RANK: expected a value",
        "PET_NODE_RANK=0; 0; PET_NNODES: expected a value",
        "PET_NNODES=1:4 PET_NODE_RANK=0; 0; PET_NNODES: expected one number of machines",
        "PET_NNODES=2 PET_NODE_RANK=0 PET_MASTER_PORT=1; 0; PET_MASTER_ADDR: expected a value",
        "PET_NNODES=1 PET_NPROC_PER_NODE=3; 2; PET_NPROC_PER_NODE: expected --processes, 2, got 3",
        "SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_PROCID=0; 0; SLURM_JOB_NODELIST: expected a value",
        "SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_PROCID=2; 0; SLURM_PROCID: expected 0 to 1",
        "SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_PROCID=0; 2; --processes: SLURM_NTASKS says"
      })
  void whatIsMissingOrContradictsIsNamed(String env, int processes, String message) {
    ConfigException error =
        assertThrows(ConfigException.class, () -> places(env.strip(), processes));
    assertTrue(error.getMessage().startsWith(message.strip()), error.getMessage());
  }
}
