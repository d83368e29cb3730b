package org.maskwright.trainer.http;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Where a server listens, whom it answers, and how much a client may ask of it.
 *
 * @param bind address or name of the interface, such as {@code 127.0.0.1} or {@code 0.0.0.0}
 * @param port 0 for any that is free
 * @param token that requests must have; empty: none
 * @param hosts names besides {@code localhost} and addresses by which it may be asked
 * @param maxBodyBytes bytes of a request's body at most
 * @param timeout within which a request has to be sent, and after that answered; whole seconds
 * @param maxConnections open at a time; each costs a thread at most while a request is under way
 * @param memoryBytes that all requests together may hold of what was sent
 */
public record ServerSettings(
    String bind,
    int port,
    Optional<String> token,
    List<String> hosts,
    long maxBodyBytes,
    Duration timeout,
    int maxConnections,
    long memoryBytes) {
  private static final int TOKEN_BYTES = 16;
  private static final int MOST_PORT = 65_535;

  /**
   * This machine alone, any free port, a token that nobody guesses, 32 MiB, a minute, 256
   * connections, and a quarter of the Java heap.
   */
  public static ServerSettings local() {
    return new ServerSettings(
        "127.0.0.1",
        0,
        Optional.of(newToken()),
        List.of(),
        32L << 20,
        Duration.ofMinutes(1),
        256,
        Runtime.getRuntime().maxMemory() / 4);
  }

  /** 128 random bits in hexadecimal. */
  public static String newToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Checks the ranges. */
  public ServerSettings {
    hosts = List.copyOf(hosts);
    if (port < 0 || port > MOST_PORT) {
      throw new IllegalArgumentException("port: expected 0 to 65535, got " + port);
    }
    if (token.isPresent() && !token.get().matches("[A-Za-z0-9._~-]+")) {
      throw new IllegalArgumentException(
          "token: expected letters, digits and . _ ~ - alone, as they stand in a URL");
    }
    if (maxBodyBytes < 1 || maxBodyBytes > Integer.MAX_VALUE - Long.BYTES) {
      throw new IllegalArgumentException("max-body: expected 1 byte to 2 GiB, got " + maxBodyBytes);
    }
    if (timeout.toSeconds() < 1) {
      throw new IllegalArgumentException("timeout: expected at least 1 s, got " + timeout);
    }
    if (maxConnections < 1) {
      throw new IllegalArgumentException("connections: expected at least 1, got " + maxConnections);
    }
  }

  /** These, at another place. */
  public ServerSettings at(String wantedBind, int wantedPort) {
    return new ServerSettings(
        wantedBind, wantedPort, token, hosts, maxBodyBytes, timeout, maxConnections, memoryBytes);
  }

  /** These, with another token or none. */
  public ServerSettings withToken(Optional<String> wanted) {
    return new ServerSettings(
        bind, port, wanted, hosts, maxBodyBytes, timeout, maxConnections, memoryBytes);
  }

  /** These, also by other names. */
  public ServerSettings withHosts(List<String> wanted) {
    return new ServerSettings(
        bind, port, token, wanted, maxBodyBytes, timeout, maxConnections, memoryBytes);
  }

  /** These, with other limits of a request. */
  public ServerSettings withLimits(long wantedBodyBytes, Duration wantedTimeout) {
    return new ServerSettings(
        bind, port, token, hosts, wantedBodyBytes, wantedTimeout, maxConnections, memoryBytes);
  }

  /** These, with another number of connections and memory of all requests. */
  public ServerSettings withAll(int wantedConnections, long wantedMemoryBytes) {
    return new ServerSettings(
        bind, port, token, hosts, maxBodyBytes, timeout, wantedConnections, wantedMemoryBytes);
  }
}
