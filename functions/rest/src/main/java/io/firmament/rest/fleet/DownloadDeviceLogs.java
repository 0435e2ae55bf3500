package io.firmament.rest.fleet;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.logs.DeviceLogs;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// `GET /api/v1/devices/{name}/logs/{id}/content`: what a device has sent, as it sent it: gzip. Who
/// accepts `text/plain` gets the text, up to a limit: what is compressed may be of any size.
public final class DownloadDeviceLogs implements Operation {
  private static final long MAX_TEXT = 256L << 20;
  private static final int BUFFER = 64 << 10;

  private final DeviceLogs logs;
  private final long maxText;

  public DownloadDeviceLogs(DeviceLogs logs) {
    this(logs, MAX_TEXT);
  }

  /// @param maxText bytes of text at most
  DownloadDeviceLogs(DeviceLogs logs, long maxText) {
    this.logs = logs;
    this.maxText = maxText;
  }

  @Override
  public HttpResponse handle(Request request) {
    DeviceLogs.Content content =
        logs.content(
            request.authenticated().tenant(),
            FleetRequests.deviceName(request),
            request.pathParameter("id"));
    boolean text = request.header("accept").orElse("").contains("text/plain");
    HttpResponse response =
        text
            ? HttpResponse.stream("text/plain; charset=utf-8", -1, out -> expand(content, out))
            : HttpResponse.stream(
                "application/gzip", content.sent().size(), out -> copy(content, out));
    String name = content.request().device() + "-" + content.request().id();
    return response
        .withHeader("x-content-type-options", "nosniff")
        .withHeader(
            "content-disposition",
            "attachment; filename=\"" + name + (text ? ".log\"" : ".log.gz\""));
  }

  private static void copy(DeviceLogs.Content content, OutputStream out) throws IOException {
    try (InputStream in = content.open()) {
      in.transferTo(out);
    }
  }

  /// What is damaged ends where it is, and what is too long at the limit; both say so.
  private void expand(DeviceLogs.Content content, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long left = maxText;
    try (InputStream raw = content.open()) {
      InputStream in = new GZIPInputStream(raw, BUFFER);
      while (left > 0) {
        int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (count < 0) {
          return;
        }
        out.write(buffer, 0, count);
        left -= count;
      }
      note(out, "[cut after " + maxText + " bytes]");
    } catch (ZipException | EOFException e) {
      note(out, "[the logs are damaged from here on]");
    }
  }

  private static void note(OutputStream out, String text) throws IOException {
    out.write(("\n" + text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
