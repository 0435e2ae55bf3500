package io.firmament.transfer;

import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.base.ProblemException;
import io.firmament.base.UploadId;
import io.firmament.edge.Authenticator;
import io.firmament.edge.BaseUrl;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.OperationCatalogue;
import io.firmament.edge.Refusals;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareProblem;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.ReceiveUpload;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import io.firmament.schema.RouteMatcher;
import java.io.EOFException;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// The routes whose bodies may be of any size: uploads, and the operations that the contract places
/// here, whose answers are streamed.
///
/// A caller is authenticated and the upload looked up before a byte of the body is read, so a
/// client that waits for `100 Continue` sends nothing in vain.
public final class TransferHandler extends Handler.Abstract {
  /// Answers while the service is up; no credential is asked for.
  static final String HEALTH = "/healthz";

  private static final String UPLOAD = "uploadFirmware";
  private static final int RETRY_SECONDS = 10;

  private final RouteMatcher routes =
      new RouteMatcher(
          Contract.routes().stream()
              .filter(route -> route.placement() != Route.Placement.LAMBDA)
              .toList());
  private final Authenticator authenticator;
  private final OperationCatalogue operations;
  private final FirmwareStore store;
  private final ReceiveImage receive;
  private final Optional<String> publicUrl;
  private final Semaphore uploadSlots;
  private final Ids ids;
  private final Clock clock;

  /// With the standard limits.
  public TransferHandler(
      Authenticator authenticator,
      OperationCatalogue operations,
      FirmwareStore store,
      ObjectStore uploads,
      Optional<String> publicUrl,
      Ids ids,
      Clock clock) {
    this(
        authenticator,
        operations,
        store,
        uploads,
        publicUrl,
        TransferLimits.standard(),
        ids,
        clock);
  }

  public TransferHandler(
      Authenticator authenticator,
      OperationCatalogue operations,
      FirmwareStore store,
      ObjectStore uploads,
      Optional<String> publicUrl,
      TransferLimits limits,
      Ids ids,
      Clock clock) {
    this.authenticator = authenticator;
    this.operations = operations;
    this.store = store;
    this.receive =
        new ReceiveImage(uploads, new ReceiveUpload(store, uploads, clock), limits.imageBytes());
    this.uploadSlots = new Semaphore(limits.uploads());
    this.publicUrl = publicUrl;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    HttpExchange exchange = new HttpExchange(request, response);
    String requestId = ids.next().toString();
    try {
      exchange.send(answer(exchange, requestId).withHeader("x-request-id", requestId));
      exchange.drain();
      callback.succeeded();
    } catch (IOException e) {
      // The client has gone, or the answer broke off: closing the connection says so.
      callback.failed(e);
    }
    return true;
  }

  private HttpResponse answer(HttpExchange exchange, String requestId) {
    if (exchange.method().equals("GET") && exchange.path().equals(HEALTH)) {
      return HttpResponse.json(200, "{\"status\":\"up\"}");
    }
    Optional<RouteMatcher.Match> match = routes.match(exchange.method(), exchange.path());
    if (match.isEmpty()) {
      return Refusals.noSuchRoute(exchange.method(), exchange.path(), requestId);
    }
    try {
      Route route = match.get().route();
      Map<String, String> headers = exchange.headers();
      Optional<Caller> caller = authenticator.authenticate(route, headers);
      return route.operationId().equals(UPLOAD)
          ? upload(exchange, headers, required(caller), match.get().parameters())
          : operation(route).handle(request(exchange, match.get(), caller, requestId));
    } catch (ProblemException refusal) {
      return Refusals.of(refusal, requestId);
    } catch (RuntimeException bug) {
      return Refusals.ofBug(bug, requestId);
    }
  }

  private static Caller required(Optional<Caller> caller) {
    return caller.orElseThrow(
        () -> BaseProblem.UNAUTHENTICATED.with("detail", "this operation needs a credential"));
  }

  private Operation operation(Route route) {
    return operations
        .find(route.operationId())
        .orElseThrow(() -> new IllegalStateException("no operation " + route.operationId()));
  }

  private io.firmament.edge.Request request(
      HttpExchange exchange, RouteMatcher.Match match, Optional<Caller> caller, String requestId) {
    return new io.firmament.edge.Request(
        exchange.method(),
        exchange.path(),
        match.parameters(),
        exchange.query(),
        exchange.headers(),
        new byte[0],
        caller,
        BaseUrl.of(exchange.headers(), publicUrl),
        requestId);
  }

  private HttpResponse upload(
      HttpExchange exchange,
      Map<String, String> headers,
      Caller caller,
      Map<String, String> parameters) {
    Upload upload =
        UploadId.parse(parameters.getOrDefault("id", ""))
            .flatMap(id -> store.findUpload(caller.tenant(), id))
            .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "upload"));
    if (!caller.may(Permission.FIRMWARE_UPLOAD, upload.productGroup())) {
      throw BaseProblem.MISSING_PERMISSION.with("permission", Permission.FIRMWARE_UPLOAD.id());
    }
    upload.requireOpen(clock.instant());
    if (!uploadSlots.tryAcquire()) {
      throw BaseProblem.THROTTLED.with("seconds", RETRY_SECONDS);
    }
    Firmware firmware;
    try {
      firmware = received(exchange, headers, upload);
    } finally {
      uploadSlots.release();
    }
    return HttpResponse.json(
        200, "{\"id\":\"" + firmware.id() + "\",\"firmware_id\":\"" + firmware.id() + "\"}");
  }

  private Firmware received(HttpExchange exchange, Map<String, String> headers, Upload upload) {
    try {
      return receive.receive(upload, headers.getOrDefault("content-type", ""), exchange.body());
    } catch (EOFException e) {
      throw FirmwareProblem.INVALID_MULTIPART.with("detail", "the body ends early");
    } catch (IOException e) {
      throw BaseProblem.MALFORMED_REQUEST.with("detail", "the body cannot be read to its end");
    }
  }
}
