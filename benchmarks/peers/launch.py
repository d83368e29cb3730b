"""How our side is started: what Maven built, with the java and its options that the launcher takes to train."""

import pathlib

HOME = pathlib.Path(__file__).resolve().parents[2]
JAVA = HOME / "benchmarks" / "java.sh"


def class_path():
    trainer = HOME / "trainer" / "target"
    return f"{HOME}/benchmarks/target/classes:{trainer}/maskwright-trainer.jar:{(trainer / 'maskwright.classpath').read_text().strip()}"
