package io.firmament.device;

import io.firmament.base.BaseProblem;
import io.firmament.base.Log;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.base.TenantId;
import io.firmament.platform.delivery.ArtifactSource;
import io.firmament.platform.delivery.ArtifactSource.Answer;
import io.firmament.platform.delivery.ByteRange;
import io.firmament.platform.fleet.CallBudget;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceDirectory;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.FleetProblem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;

/// Serves files to devices (RFC 9110): whole or one range, streamed; and takes the calls of those
/// that have no gRPC ([HttpCalls]).
///
/// At every request the certificate is looked up as at a gRPC call, so a device that was let go
/// gets nothing on a connection that it still has. What is not for a device is answered as what is
/// not there.
final class ArtifactHandler extends Handler.Abstract {
  private static final Log LOG = Log.of(ArtifactHandler.class);
  /// The name of the connector on which devices without a certificate ask for one, and nothing
  /// else.
  static final String CLAIMS = "claims";

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int RETRY_SECONDS = 30;
  private static final String IMMUTABLE = "private, max-age=31536000, immutable";
  private static final String BYTES = "application/octet-stream";
  private static final String JSON = "application/json";

  private final DeviceCertificates certificates;
  private final DeviceDirectory directory;
  private final CallBudget budget;
  private final ArtifactSource source;
  private final HttpCalls calls;
  private final Limits limits;
  private final Semaphore slots;
  private final ConcurrentHashMap<Key, Integer> running = new ConcurrentHashMap<>();

  /// How much is served at once.
  ///
  /// @param requests of all devices
  /// @param perDevice of one device
  record Limits(int requests, int perDevice) {
    static final Limits STANDARD = new Limits(256, 4);
  }

  private record Key(TenantId tenant, DeviceName name) {}

  ArtifactHandler(
      DeviceCertificates certificates,
      DeviceDirectory directory,
      CallBudget budget,
      ArtifactSource source,
      HttpCalls calls,
      Limits limits) {
    this.certificates = certificates;
    this.directory = directory;
    this.budget = budget;
    this.source = source;
    this.calls = calls;
    this.limits = limits;
    this.slots = new Semaphore(limits.requests());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    try {
      answer(request, response);
      callback.succeeded();
    } catch (IOException e) {
      // The device has gone, or the storage broke off: closing the connection says so.
      callback.failed(e);
    } catch (RuntimeException bug) {
      LOG.error("artifact_request_failed", bug);
      callback.failed(bug);
    }
    return true;
  }

  private void answer(Request request, Response response) throws IOException {
    try {
      if (CLAIMS.equals(request.getConnectionMetaData().getConnector().getName())) {
        claim(request, response);
        return;
      }
      if (HttpCalls.owns(request.getHttpURI().getPath())) {
        send(response, calls.answer(call(request), () -> caller(request)));
        return;
      }
      Device device = caller(request);
      String method = request.getMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
        refuse(response, 405, "method_not_allowed", "files are read here");
        return;
      }
      ArtifactPath path = path(request, device);
      enter(device);
      try {
        serve(request, response, path);
      } finally {
        leave(device);
      }
    } catch (ProblemException refusal) {
      refuse(response, refusal);
    }
  }

  private ArtifactPath path(Request request, Device device) {
    String path = request.getHttpURI().getPath();
    return HttpCalls.isFirmware(path)
        ? calls.firmware(call(request), device)
        : ArtifactPath.of(path, device.tenant(), device.fleet())
            .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "file"));
  }

  private void claim(Request request, Response response) throws IOException {
    if (!slots.tryAcquire()) {
      throw BaseProblem.THROTTLED.with("seconds", RETRY_SECONDS);
    }
    try {
      send(response, calls.claim(call(request)));
    } finally {
      slots.release();
    }
  }

  private static HttpCalls.Call call(Request request) {
    Map<String, String> query = new HashMap<>();
    for (Fields.Field field : parameters(request)) {
      query.put(field.getName(), String.valueOf(field.getValue()));
    }
    return new HttpCalls.Call(
        request.getMethod(),
        request.getHttpURI().getPath(),
        query,
        Content.Source.asInputStream(request));
  }

  private static Fields parameters(Request request) {
    try {
      return Request.extractQueryParameters(request);
    } catch (IllegalArgumentException | HttpException.IllegalStateException e) {
      throw BaseProblem.MALFORMED_REQUEST.with("detail", "the query is not encoded as it must be");
    }
  }

  private static void send(Response response, HttpCalls.Answer answer) throws IOException {
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    response.setStatus(answer.status());
    if (answer.content().isPresent()) {
      byte[] body = answer.content().get().bytes();
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.content().get().type());
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
      try (OutputStream out = Content.Sink.asOutputStream(response)) {
        out.write(body);
      }
    }
  }

  private Device caller(Request request) {
    X509Certificate certificate =
        certificate(request).orElseThrow(FleetProblem.CLIENT_CERTIFICATE_REQUIRED::with);
    certificates.requireValid(certificate);
    Device device = directory.authenticate(certificates.presented(certificate));
    budget.spend(device.tenant(), device.name());
    return device;
  }

  private static Optional<X509Certificate> certificate(Request request) {
    EndPoint.SslSessionData session =
        request.getConnectionMetaData().getConnection().getEndPoint().getSslSessionData();
    X509Certificate[] chain = session == null ? null : session.peerCertificates();
    return chain == null || chain.length == 0 ? Optional.empty() : Optional.of(chain[0]);
  }

  /// Takes a place for a request, or says when to come again.
  private void enter(Device device) {
    if (!slots.tryAcquire()) {
      throw BaseProblem.THROTTLED.with("seconds", RETRY_SECONDS);
    }
    int mine = running.merge(new Key(device.tenant(), device.name()), 1, Integer::sum);
    if (mine > limits.perDevice()) {
      leave(device);
      throw BaseProblem.THROTTLED.with("seconds", 1);
    }
  }

  private void leave(Device device) {
    running.computeIfPresent(
        new Key(device.tenant(), device.name()), (_, count) -> count == 1 ? null : count - 1);
    slots.release();
  }

  private void serve(Request request, Response response, ArtifactPath path) throws IOException {
    HttpFields asked = request.getHeaders();
    boolean head = request.getMethod().equals("HEAD");
    String known = asked.get(HttpHeader.IF_NONE_MATCH);
    if (head || known != null) {
      ArtifactSource.FileInfo info =
          source.find(path.key()).orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "file"));
      describe(response, path, info);
      if (known != null && matches(known, info.tag())) {
        response.setStatus(304);
        return;
      }
      if (head) {
        response.setStatus(200);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, info.length());
        return;
      }
    }
    Optional<ByteRange> range =
        Optional.ofNullable(asked.get(HttpHeader.RANGE)).flatMap(ByteRange::parse);
    Answer answer = source.open(path.key(), range);
    String condition = asked.get(HttpHeader.IF_RANGE);
    if (range.isPresent() && condition != null && !holds(condition, answer)) {
      // RFC 9110 13.1.5: the part would be of another content than the one the device has.
      close(answer);
      range = Optional.empty();
      answer = source.open(path.key(), range);
    }
    switch (answer) {
      case Answer.Absent() -> throw BaseProblem.NOT_FOUND.with("what", "file");
      case Answer.Beyond(long length) -> {
        response.getHeaders().put(HttpHeader.CONTENT_RANGE, "bytes */" + length);
        refuse(response, 416, "range_not_satisfiable", "the file has no such bytes");
      }
      case Answer.Opened opened -> send(response, path, opened, range.isPresent());
    }
  }

  private static void send(
      Response response, ArtifactPath path, Answer.Opened file, boolean partial)
      throws IOException {
    try (file;
        OutputStream out = Content.Sink.asOutputStream(response)) {
      describe(response, path, file.info());
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, file.count());
      response.setStatus(200);
      if (partial) {
        response.setStatus(206);
        response
            .getHeaders()
            .put(
                HttpHeader.CONTENT_RANGE,
                "bytes %d-%d/%d"
                    .formatted(file.from(), file.from() + file.count() - 1, file.info().length()));
      }
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = file.bytes().read(buffer); read >= 0; read = file.bytes().read(buffer)) {
        out.write(buffer, 0, read);
      }
    }
  }

  private static void describe(Response response, ArtifactPath path, ArtifactSource.FileInfo info) {
    HttpFields.Mutable headers = response.getHeaders();
    headers.put(HttpHeader.ETAG, info.tag());
    headers.put(HttpHeader.ACCEPT_RANGES, "bytes");
    headers.put(HttpHeader.CACHE_CONTROL, path.immutable() ? IMMUTABLE : "no-cache");
    headers.put(HttpHeader.CONTENT_TYPE, path.key().endsWith(".json") ? JSON : BYTES);
    headers.put("x-content-type-options", "nosniff");
  }

  /// Weak comparison (RFC 9110 8.8.3.2).
  private static boolean matches(String condition, String tag) {
    for (String candidate : condition.split(",", -1)) {
      String bare = candidate.strip().replaceFirst("^W/", "");
      if (bare.equals("*") || bare.equals(tag)) {
        return true;
      }
    }
    return false;
  }

  /// Strong comparison; a date is never strong enough here.
  private static boolean holds(String condition, Answer answer) {
    return answer instanceof Answer.Opened opened && condition.strip().equals(opened.info().tag());
  }

  private static void close(Answer answer) throws IOException {
    if (answer instanceof Answer.Opened opened) {
      opened.close();
    }
  }

  private static void refuse(Response response, ProblemException refusal) throws IOException {
    Problem problem = refusal.problem();
    if (problem.category() == Problem.Category.THROTTLED
        || problem.category() == Problem.Category.UNAVAILABLE) {
      response
          .getHeaders()
          .put(HttpHeader.RETRY_AFTER, refusal.facts().getOrDefault("seconds", "1"));
    }
    refuse(
        response,
        problem.category().httpStatus(),
        problem.code(),
        String.valueOf(refusal.getMessage()));
  }

  private static void refuse(Response response, int status, String code, String why)
      throws IOException {
    byte[] body =
        "{\"error\":\"%s\",\"code\":\"%s\"}"
            .formatted(why.replaceAll("[\"\\\\\\p{Cntrl}]", "?"), code.toLowerCase(Locale.ROOT))
            .getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.getHeaders().put("firmament-error-code", code);
    try (OutputStream out = Content.Sink.asOutputStream(response)) {
      out.write(body);
    }
  }
}
