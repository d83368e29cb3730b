package org.maskwright.trainer.http;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits of the JDK's HTTP server that are properties of the whole JVM, read once when its first
 * server is made: those of a server that comes later do not hold, and what a user has set stays.
 *
 * <p>Without them a connection that sends a byte a minute keeps its thread for ever, and small
 * answers on a kept connection wait for the client's delayed acknowledgement.
 */
final class JdkLimits {
  private static final long DRAINED_BYTES = 8L << 20;

  private JdkLimits() {}

  static void set(ServerSettings settings) {
    long seconds = settings.timeout().toSeconds();
    Map<String, Object> wanted = new LinkedHashMap<>();
    wanted.put("sun.net.httpserver.maxReqTime", seconds);
    // From the last byte of the request on: until it is answered, and as long again to send that.
    wanted.put("sun.net.httpserver.maxRspTime", 2 * seconds);
    wanted.put("sun.net.httpserver.nodelay", true);
    wanted.put("sun.net.httpserver.maxIdleConnections", settings.maxConnections());
    wanted.put("jdk.httpserver.maxConnections", settings.maxConnections());
    // Of a request that is refused unread, so that the client comes to read why.
    wanted.put("sun.net.httpserver.drainAmount", DRAINED_BYTES);
    wanted.forEach(
        (name, value) -> {
          if (System.getProperty(name) == null) {
            System.setProperty(name, value.toString());
          }
        });
  }
}
