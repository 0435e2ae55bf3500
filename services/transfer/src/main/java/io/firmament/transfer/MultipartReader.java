package io.firmament.transfer;

import io.firmament.base.BaseProblem;
import io.firmament.platform.firmware.FirmwareProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Reads a `multipart/form-data` body (RFC 7578, with the grammar of RFC 2046 section 5.1) part by
/// part, in constant memory and in any order of parts.
///
/// A body that ends early, or is no multipart body, is a [io.firmament.base.ProblemException].
final class MultipartReader {
  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final int MAX_BOUNDARY = 70;
  private static final int BUFFER = 64 * 1024;

  private final InputStream in;
  private final byte[] delimiter;
  private final byte[] buffer;
  private int start;
  private int end;
  private boolean ended;
  private boolean lastPart;

  private MultipartReader(InputStream in, String boundary) {
    this.in = in;
    this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    this.buffer = new byte[BUFFER];
    // The first delimiter may stand at the very start: pretend that a line break came before it.
    buffer[0] = '\r';
    buffer[1] = '\n';
    this.end = 2;
  }

  /// A part: what its headers say, and its content until the next part is asked for.
  ///
  /// @param name the form field
  /// @param fileName as the client gave it; only ever shown, never used as a path
  record Part(String name, Optional<String> fileName, InputStream content) {}

  /// Starts reading; `contentType` is the request's header.
  static MultipartReader of(InputStream in, String contentType) throws IOException {
    MultipartReader reader = new MultipartReader(in, boundary(contentType));
    // Whatever stands before the first delimiter is the preamble, which is ignored.
    reader.content().transferTo(java.io.OutputStream.nullOutputStream());
    return reader;
  }

  /// The next part, or empty after the closing delimiter. What is left of the part before is
  /// skipped.
  Optional<Part> next() throws IOException {
    if (lastPart) {
      return Optional.empty();
    }
    int first = take();
    int second = take();
    if (first == '-' && second == '-') {
      lastPart = true;
      return Optional.empty();
    }
    while (first == ' ' || first == '\t') {
      first = second;
      second = take();
    }
    if (first != '\r' || second != '\n') {
      throw malformed("a delimiter is not followed by a line break");
    }
    Map<String, String> headers = headers();
    String disposition = headers.getOrDefault("content-disposition", "");
    if (!disposition.toLowerCase(Locale.ROOT).startsWith("form-data")) {
      throw malformed("a part has no Content-Disposition: form-data header");
    }
    String name =
        parameter(disposition, "name")
            .orElseThrow(() -> malformed("a part has no name in its Content-Disposition"));
    return Optional.of(new Part(name, parameter(disposition, "filename"), content()));
  }

  private static String boundary(String contentType) {
    if (!contentType.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
      throw BaseProblem.UNSUPPORTED_MEDIA_TYPE.with(
          "expected",
          "multipart/form-data",
          "actual",
          contentType.isEmpty() ? "nothing" : contentType);
    }
    String boundary =
        parameter(contentType, "boundary")
            .orElseThrow(() -> malformed("the Content-Type has no boundary parameter"));
    if (boundary.isEmpty() || boundary.length() > MAX_BOUNDARY) {
      throw malformed("the boundary is not of 1 to " + MAX_BOUNDARY + " characters");
    }
    return boundary;
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    int total = 0;
    for (String line = line(); !line.isEmpty(); line = line()) {
      total += line.length() + 2;
      if (total > MAX_HEADER_BYTES) {
        throw malformed("the headers of a part are longer than " + MAX_HEADER_BYTES + " bytes");
      }
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw malformed("a header line of a part has no colon");
      }
      headers.put(
          line.substring(0, colon).trim().toLowerCase(Locale.ROOT),
          line.substring(colon + 1).trim());
    }
    return headers;
  }

  private String line() throws IOException {
    java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
    for (int c = take(); c != '\r'; c = take()) {
      if (line.size() > MAX_HEADER_BYTES) {
        throw malformed("the headers of a part are longer than " + MAX_HEADER_BYTES + " bytes");
      }
      line.write(c);
    }
    if (take() != '\n') {
      throw malformed("a header line of a part does not end in CR LF");
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /// The value of a header parameter, quoted or not.
  static Optional<String> parameter(String header, String name) {
    int at = 0;
    while (true) {
      at = header.indexOf(';', at);
      if (at < 0) {
        return Optional.empty();
      }
      at++;
      int equals = header.indexOf('=', at);
      if (equals < 0) {
        return Optional.empty();
      }
      boolean wanted = header.substring(at, equals).trim().equalsIgnoreCase(name);
      int valueStart = equals + 1;
      int valueEnd;
      String value;
      if (valueStart < header.length() && header.charAt(valueStart) == '"') {
        valueEnd = header.indexOf('"', valueStart + 1);
        if (valueEnd < 0) {
          return Optional.empty();
        }
        value = header.substring(valueStart + 1, valueEnd);
      } else {
        int semicolon = header.indexOf(';', valueStart);
        valueEnd = semicolon < 0 ? header.length() : semicolon;
        value = header.substring(valueStart, valueEnd).trim();
      }
      if (wanted) {
        return Optional.of(value);
      }
      at = valueEnd;
    }
  }

  private int take() throws IOException {
    if (start == end && !fill()) {
      throw malformed("the body ends before the closing delimiter");
    }
    return buffer[start++] & 0xff;
  }

  /// Moves what is left to the front and reads more; false at the end of the body.
  private boolean fill() throws IOException {
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
    }
    if (ended || end == buffer.length) {
      return false;
    }
    int read = in.read(buffer, end, buffer.length - end);
    if (read < 0) {
      ended = true;
      return false;
    }
    end += read;
    return true;
  }

  private static RuntimeException malformed(String detail) {
    return FirmwareProblem.INVALID_MULTIPART.with("detail", detail);
  }

  private InputStream content() {
    return new Content();
  }

  /// Everything up to the next delimiter.
  private final class Content extends InputStream {
    private boolean finished;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (!finished) {
        int safe = bytesBeforeDelimiter();
        if (safe > 0) {
          int count = Math.min(safe, length);
          System.arraycopy(buffer, start, into, at, count);
          start += count;
          return count;
        }
        if (finished) {
          return -1;
        }
        if (!fill()) {
          throw malformed("the body ends before the closing delimiter");
        }
      }
      return -1;
    }

    /// How many bytes of the buffer are content for certain. Where the delimiter stands at the
    /// front, it is taken and the part is finished.
    private int bytesBeforeDelimiter() {
      int limit = end - delimiter.length;
      for (int i = start; i <= limit; i++) {
        if (buffer[i] == '\r' && delimiterAt(i)) {
          if (i == start) {
            start += delimiter.length;
            finished = true;
          }
          return i - (finished ? i : start);
        }
      }
      return Math.max(0, limit + 1 - start);
    }

    private boolean delimiterAt(int at) {
      for (int i = 1; i < delimiter.length; i++) {
        if (buffer[at + i] != delimiter[i]) {
          return false;
        }
      }
      return true;
    }

    @Override
    public void close() throws IOException {
      transferTo(java.io.OutputStream.nullOutputStream());
    }
  }
}
