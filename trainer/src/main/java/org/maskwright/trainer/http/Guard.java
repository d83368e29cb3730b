package org.maskwright.trainer.http;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who may ask. A page of another site that is open in a browser on this machine may not, whatever
 * its name resolves to; nor may who has not the token.
 *
 * <ul>
 *   <li>{@code Host} has to be an IP address, {@code localhost} or a name that was allowed: a name
 *       of an attacker's that resolves to this machine (DNS rebinding) is none of them.
 *   <li>{@code Origin}, which browsers send along with what a page asks, has to be this server.
 *   <li>{@code Sec-Fetch-Site: cross-site} or {@code same-site} is refused but for a link that was
 *       followed.
 *   <li>The token stands in {@code Authorization: Bearer TOKEN} or, for links, in {@code
 *       ?token=TOKEN}.
 * </ul>
 */
final class Guard {
  /** Name of the token in a query. */
  static final String TOKEN = "token";

  private static final String BEARER = "bearer ";
  private static final Pattern IP_V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IP_V6 = Pattern.compile("\\[[0-9a-fA-F:.]+]");
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._-]+)(:\\d{1,5})?");
  private static final Set<String> OTHER_SITES = Set.of("cross-site", "same-site");

  private final Optional<byte[]> token;
  private final List<String> hosts;

  Guard(Optional<String> token, List<String> hosts) {
    this.token = token.map(t -> t.getBytes(StandardCharsets.UTF_8));
    this.hosts = hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
  }

  /**
   * Checks where a request comes from.
   *
   * @throws HttpException 400 without a host, 403 from elsewhere
   */
  void requireHere(Headers headers) {
    List<String> given = headers.getOrDefault("Host", List.of());
    if (given.size() != 1 || !HOST.matcher(given.get(0)).matches()) {
      throw HttpException.badRequest("Host: expected one NAME:PORT, got " + given);
    }
    String host = given.get(0).toLowerCase(Locale.ROOT);
    String name = host.replaceFirst(":\\d+$", "");
    if (!isAddress(name) && !name.equals("localhost") && !hosts.contains(name)) {
      throw new HttpException(
          403,
          "Host: expected an IP address, localhost%s, got %s; allow the name with --host"
              .formatted(hosts.isEmpty() ? "" : " or one of " + hosts, name));
    }
    for (String origin : headers.getOrDefault("Origin", List.of())) {
      String from = origin.toLowerCase(Locale.ROOT);
      if (!from.equals("http://" + host) && !from.equals("https://" + host)) {
        throw new HttpException(
            403, "Origin: expected this server, http://%s, got %s".formatted(host, origin));
      }
    }
    String site = first(headers, "Sec-Fetch-Site").toLowerCase(Locale.ROOT);
    if (OTHER_SITES.contains(site) && !first(headers, "Sec-Fetch-Mode").equals("navigate")) {
      throw new HttpException(403, "Sec-Fetch-Site: expected a page of this server, got " + site);
    }
  }

  private static boolean isAddress(String name) {
    return IP_V4.matcher(name).matches() || IP_V6.matcher(name).matches();
  }

  private static String first(Headers headers, String name) {
    return Optional.ofNullable(headers.getFirst(name)).orElse("");
  }

  /**
   * Checks the token.
   *
   * @throws HttpException 401 if it is missing or wrong
   */
  void requireToken(Headers headers, Query query) {
    if (token.isEmpty()) {
      return;
    }
    String said = first(headers, "Authorization");
    Optional<String> given =
        said.toLowerCase(Locale.ROOT).startsWith(BEARER)
            ? Optional.of(said.substring(BEARER.length()).strip())
            : query.find(TOKEN);
    byte[] bytes = given.orElse("").getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(bytes, token.get())) { // takes as long for any token
      throw new HttpException(
              401,
              "token: expected the server's, as 'Authorization: Bearer TOKEN' or ?token=TOKEN, got "
                  + (given.isPresent() ? "another" : "none"))
          .with("WWW-Authenticate", "Bearer");
    }
  }
}
