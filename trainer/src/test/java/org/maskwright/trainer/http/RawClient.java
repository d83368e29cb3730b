package org.maskwright.trainer.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that sends what no library would. */
public final class RawClient implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)");

  private final Socket socket;

  /** Connects to a port of this machine. */
  public RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(60_000);
  }

  /** Sends text as it is. */
  public RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** The next answer, or as much as comes of it before the server closes the connection. */
  public String answer() throws IOException {
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    try {
      while (head.indexOf("\r\n\r\n") < 0) {
        int c = in.read();
        if (c < 0) {
          return head.toString();
        }
        head.append((char) c);
      }
      Matcher length = LENGTH.matcher(head);
      byte[] body = length.find() ? in.readNBytes(Integer.parseInt(length.group(1))) : new byte[0];
      return head + new String(body, StandardCharsets.UTF_8);
    } catch (SocketException reset) { // it has closed with bytes of ours unread
      return head.toString();
    }
  }

  /** Ends the connection as a crash does: the server gets a reset. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** A whole request with lines of headers, which is the last of its connection. */
  public static String ask(int port, String line, String... headers) throws IOException {
    return askWith(port, line, "", headers);
  }

  /** As {@link #ask}, with a body. */
  public static String askWith(int port, String line, String body, String... headers)
      throws IOException {
    StringBuilder text = new StringBuilder(line).append(" HTTP/1.1\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    text.append("Connection: close\r\n\r\n").append(body);
    try (RawClient client = new RawClient(port)) {
      return client.send(text.toString()).answer();
    }
  }
}
