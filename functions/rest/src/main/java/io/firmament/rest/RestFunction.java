package io.firmament.rest;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.firmament.aws.AwsClients;
import io.firmament.base.Ids;
import io.firmament.edge.HttpFunction;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import io.firmament.schema.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;

/// The entry class of every REST function: the environment variable `OPERATION` says which
/// operation of the contract this function is.
public final class RestFunction implements RequestStreamHandler {
  private final HttpFunction function;
  private final Route route;

  /// As Lambda makes it.
  public RestFunction() {
    this(System.getenv());
    function.prime(route);
  }

  RestFunction(Map<String, String> environment) {
    this(
        new Platform(
            new DeployedPorts(environment, AwsClients.of(environment)),
            Clock.systemUTC(),
            Ids.random(),
            new SecureRandom()),
        environment,
        environment.getOrDefault("OPERATION", ""));
  }

  /// The same function over given ports, for one operation.
  public RestFunction(Platform platform, Map<String, String> environment, String operationId) {
    this.function =
        new HttpFunction(
            platform.authenticator(),
            new Operations(platform),
            Setting.PUBLIC_URL.find(environment));
    this.route = Contract.route(operationId);
  }

  @Override
  public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
    function.handle(route, in, out);
  }

  /// The same for an event in memory, as the local gateway sends it.
  public byte[] handle(byte[] event) {
    return function.handle(route, event);
  }
}
