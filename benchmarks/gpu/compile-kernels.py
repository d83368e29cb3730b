#!/usr/bin/env python3
"""Compiles the kernels of engine/*/src/main/resources for the GPUs of some years, as the engine does at run time. Needs no GPU.

    benchmarks/gpu/compile-kernels.py [NVRTC]

NVRTC is libnvrtc.so.13 (default: where the dynamic linker finds it, else that of a Python environment with PyTorch for CUDA 13).
Prints a line for each file and architecture; exit code 1 if one does not compile, with the compiler's messages.
"""
import ctypes
import glob
import os
import sys

ARCHITECTURES = ["sm_75", "sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120"]


def nvrtc():
    if len(sys.argv) > 1:
        return ctypes.CDLL(sys.argv[1])
    packaged = [f for p in sys.path for f in glob.glob(os.path.join(p, "nvidia/*/lib/libnvrtc.so.13"))]
    for name in ["libnvrtc.so.13", *packaged]:
        try:
            return ctypes.CDLL(name)
        except OSError:
            pass
    sys.exit("compile-kernels.py: no libnvrtc.so.13 found; give its path")


def compiled(lib, source, name, architecture):
    program = ctypes.c_void_p()
    if lib.nvrtcCreateProgram(ctypes.byref(program), source, name, 0, None, None) != 0:
        return 0, "no program"
    options = (ctypes.c_char_p * 2)(b"--gpu-architecture=" + architecture.encode(), b"--std=c++17")
    failed = lib.nvrtcCompileProgram(program, len(options), options)
    size = ctypes.c_size_t()
    lib.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    lib.nvrtcGetProgramLog(program, log)
    code = 0
    if not failed and lib.nvrtcGetCUBINSize(program, ctypes.byref(size)) == 0:
        code = size.value
    lib.nvrtcDestroyProgram(ctypes.byref(program))
    return code, log.value.decode()


def main():
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0
    lib = nvrtc()
    home = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    files = sorted(glob.glob(os.path.join(home, "engine/*/src/main/resources/**/*.cu"), recursive=True))
    bad = 0
    for path in files:
        with open(path, "rb") as f:
            source = f.read()
        for architecture in ARCHITECTURES:
            code, log = compiled(lib, source, os.path.basename(path).encode(), architecture)
            print(f"{os.path.basename(path)} {architecture}: {code} bytes" if code else f"{os.path.basename(path)} {architecture}: FAILED\n{log}")
            bad += not code
    return 1 if bad or not files else 0


if __name__ == "__main__":
    sys.exit(main())
