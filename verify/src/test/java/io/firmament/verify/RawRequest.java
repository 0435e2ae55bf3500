package io.firmament.verify;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// A request that no well-behaved client sends: it announces one thing and sends another, and reads
/// the answer while it is still sending.
final class RawRequest {
  private static final int CHUNK = 64 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String head;
  private final AtomicLong sent = new AtomicLong();

  /// @param head request line and headers without `Host`, each line ended with CR LF
  RawRequest(String head) {
    this.head = head;
  }

  /// Bytes of the body that were taken off our hands.
  long sent() {
    return sent.get();
  }

  /// Sends the head and nothing else.
  Answer sendHead() throws IOException {
    try (Socket socket = open()) {
      return answer(socket.getInputStream());
    }
  }

  /// Sends a body in chunks (RFC 9112 section 7.1) until it is whole or the connection ends.
  Answer sendChunks(long size) throws IOException {
    byte[] chunk = new byte[CHUNK];
    try (Socket socket = open()) {
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      OutputStream out = socket.getOutputStream();
                      while (sent.get() < size) {
                        out.write(ascii(Integer.toHexString(CHUNK) + "\r\n"));
                        out.write(chunk);
                        out.write(ascii("\r\n"));
                        sent.addAndGet(CHUNK);
                      }
                      out.write(ascii("0\r\n\r\n"));
                    } catch (IOException e) {
                      // The platform has closed the connection, as it should.
                    }
                  });
      Answer answer = answer(socket.getInputStream());
      writer.join(PATIENCE);
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private Socket open() throws IOException {
    URI url = URI.create(Running.platform().url());
    Socket socket = new Socket(url.getHost(), url.getPort());
    socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
    String whole = head + "Host: " + url.getAuthority() + "\r\n\r\n";
    socket.getOutputStream().write(ascii(whole));
    return socket;
  }

  private static Answer answer(InputStream in) throws IOException {
    String status = line(in);
    if (!status.startsWith("HTTP/1.1 ")) {
      throw new IOException("no answer: " + status);
    }
    int length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
      }
    }
    return new Answer(
        Integer.parseInt(status.substring(9, 12)),
        Map.<String, List<String>>of(),
        in.readNBytes(length));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
