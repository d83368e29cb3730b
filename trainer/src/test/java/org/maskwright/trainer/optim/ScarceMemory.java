package org.maskwright.trainer.optim;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ServiceLoader;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BackendProvider;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.tensor.Engine;

/** LibTorch on a machine whose memory ends when a test says so. */
final class ScarceMemory implements InvocationHandler {
  private final Backend real;
  private long left = Long.MAX_VALUE;

  ScarceMemory() {
    this.real =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.name().equals("torch"))
            .findFirst()
            .orElseThrow()
            .create("cpu", 1);
  }

  Engine open() {
    return Engine.open(
        (Backend)
            Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, this));
  }

  /** As many results of operations from now on, and none behind them. */
  void allow(long results) {
    left = results;
  }

  /** Whether an operation was refused since. */
  boolean hasEnded() {
    return left < 0;
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    Class<?> result = method.getReturnType();
    if ((result == DeviceArray.class || result == DeviceArray[].class) && --left < 0) {
      throw new EngineException(method.getName() + ": memory has run out");
    }
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
