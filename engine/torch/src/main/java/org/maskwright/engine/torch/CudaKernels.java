package org.maskwright.engine.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch_cuda;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.DeviceKernel;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.KernelArgument;

/**
 * Compiles kernels for a GPU at run time (NVRTC) and launches them on LibTorch's current stream.
 * Loads CUDA's classes, which only builds for it have.
 *
 * <p><b>Memory</b> the allocator gives freed memory to later work of the same stream alone, so that
 * arrays may be freed behind a launch that has not run yet.
 *
 * <p><b>Lifecycle</b> owns what it has compiled until {@link #close()}.
 */
final class CudaKernels implements AutoCloseable {
  private static final int SLOT = Long.BYTES; // arguments begin at multiples of it

  private final byte device;
  private final Map<DeviceKernel, CUfunc_st> functions = new HashMap<>();
  private final List<CUmod_st> modules = new ArrayList<>();

  CudaKernels(Device device) {
    this.device = (byte) device.index();
  }

  void launch(DeviceKernel kernel, long threads, List<KernelArgument> arguments) {
    // This thread's context, also where LibTorch has done nothing yet.
    torch_cuda.set_device(device);
    CUfunc_st function = functions.computeIfAbsent(kernel, this::load);
    int blocks = Math.toIntExact((threads + DeviceKernel.BLOCK - 1) / DeviceKernel.BLOCK);
    if (blocks == 0) {
      return;
    }
    long bytes = arguments.stream().mapToLong(CudaKernels::room).sum();
    try (BytePointer values = new BytePointer(bytes);
        LongPointer addresses = new LongPointer(arguments.size());
        CUDAStream stream = torch_cuda.getCurrentCUDAStream(device)) {
      lay(arguments, values, addresses);
      check(
          kernel + ": launch",
          cudart.cuLaunchKernel(
              function,
              blocks,
              1,
              1,
              DeviceKernel.BLOCK,
              1,
              1,
              0,
              stream.stream(),
              addresses,
              (Pointer) null));
    }
  }

  private static long room(KernelArgument argument) {
    int bytes = argument.value() == null ? Long.BYTES : argument.value().capacity();
    return (long) (bytes + SLOT - 1) / SLOT * SLOT;
  }

  /** Writes the arguments one behind the other, and where each begins. */
  private static void lay(
      List<KernelArgument> arguments, BytePointer values, LongPointer addresses) {
    ByteBuffer room = values.asByteBuffer().order(ByteOrder.nativeOrder());
    int at = 0;
    for (int i = 0; i < arguments.size(); i++) {
      KernelArgument argument = arguments.get(i);
      addresses.put(i, values.address() + at);
      if (argument.value() == null) {
        try (Pointer memory = TorchArray.tensor(argument.array()).data_ptr()) {
          room.putLong(at, memory.address());
        }
      } else {
        room.put(at, argument.value(), 0, argument.value().capacity());
      }
      at += (int) room(argument);
    }
  }

  private CUfunc_st load(DeviceKernel kernel) {
    cudaDeviceProp properties = torch_cuda.getDeviceProperties(device);
    String architecture = "sm_" + properties.major() + properties.minor();
    try (BytePointer code = compiled(kernel, architecture)) {
      CUmod_st module = new CUmod_st();
      check(kernel + ": load", cudart.cuModuleLoadData(module, code));
      modules.add(module);
      CUfunc_st function = new CUfunc_st();
      check(kernel + ": find", cudart.cuModuleGetFunction(function, module, kernel.function()));
      return function;
    }
  }

  /** The kernel's source in the machine code of an architecture; the caller's to close. */
  private static BytePointer compiled(DeviceKernel kernel, String architecture) {
    _nvrtcProgram program = new _nvrtcProgram();
    try (BytePointer source = new BytePointer(kernel.source());
        BytePointer file = new BytePointer(kernel.file());
        PointerPointer<BytePointer> options =
            new PointerPointer<>("--gpu-architecture=" + architecture, "--std=c++17");
        SizeTPointer size = new SizeTPointer(1)) {
      require(
          kernel,
          nvrtc.nvrtcCreateProgram(
              program, source, file, 0, (PointerPointer<?>) null, (PointerPointer<?>) null),
          "");
      try {
        int result = nvrtc.nvrtcCompileProgram(program, 2, options);
        require(kernel, result, result == nvrtc.NVRTC_SUCCESS ? "" : log(program, size));
        require(kernel, nvrtc.nvrtcGetCUBINSize(program, size), "");
        BytePointer code = new BytePointer(size.get());
        require(kernel, nvrtc.nvrtcGetCUBIN(program, code), "");
        return code;
      } finally {
        nvrtc.nvrtcDestroyProgram(program);
      }
    }
  }

  private static String log(_nvrtcProgram program, SizeTPointer size) {
    nvrtc.nvrtcGetProgramLogSize(program, size);
    try (BytePointer log = new BytePointer(size.get())) {
      nvrtc.nvrtcGetProgramLog(program, log);
      return log.getString();
    }
  }

  private static void require(DeviceKernel kernel, int result, String log) {
    if (result != nvrtc.NVRTC_SUCCESS) {
      throw new EngineException(
          "torch: "
              + kernel
              + " does not compile: "
              + nvrtc.nvrtcGetErrorString(result).getString()
              + (log.isEmpty() ? "" : "\n" + log.strip()));
    }
  }

  private static void check(String what, int result) {
    if (result != cudart.CUDA_SUCCESS) {
      try (BytePointer name = new BytePointer((Pointer) null)) {
        cudart.cuGetErrorName(result, name);
        throw new EngineException(
            "torch: " + what + " failed: " + (name.isNull() ? result : name.getString()));
      }
    }
  }

  @Override
  public void close() {
    modules.forEach(cudart::cuModuleUnload);
    modules.clear();
    functions.clear();
  }
}
