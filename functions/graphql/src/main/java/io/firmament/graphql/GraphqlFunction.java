package io.firmament.graphql;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.firmament.aws.AwsClients;
import io.firmament.aws.FirmwareAdapters;
import io.firmament.aws.identity.AwsIdentity;
import io.firmament.base.Ids;
import io.firmament.edge.Authenticator;
import io.firmament.edge.HttpFunction;
import io.firmament.edge.Tokens;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.identity.ApiTokens;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.SecretSource;
import io.firmament.platform.identity.TokenSigner;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import io.firmament.schema.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/// The entry class of the GraphQL function.
public final class GraphqlFunction implements RequestStreamHandler {
  private static final String OPERATION = "graphql";

  private final HttpFunction function;
  private final Route route;

  /// What the function stands on.
  public record Ports(
      IdentityStore identity,
      TokenSigner idTokenKey,
      TokenSigner tenantTokenKey,
      FirmwareStore firmware,
      ObjectStore uploads,
      ObjectStore documents) {
    /// The ports of a deployment, from the environment that the CDK app wrote.
    public static Ports deployed(Map<String, String> environment) {
      AwsClients clients = AwsClients.of(environment);
      AwsIdentity identity = new AwsIdentity(environment, clients);
      FirmwareAdapters firmware = new FirmwareAdapters(environment, clients);
      return new Ports(
          identity.store(),
          identity.idTokenKey(),
          identity.tenantTokenKey(),
          firmware.firmware(),
          firmware.uploads(),
          firmware.documents());
    }
  }

  /// As Lambda makes it.
  public GraphqlFunction() {
    this(
        Ports.deployed(System.getenv()),
        System.getenv(),
        Ids.random(),
        new SecureRandom(),
        Clock.systemUTC());
    function.prime(route);
  }

  /// The same function over given ports.
  public GraphqlFunction(
      Ports ports, Map<String, String> environment, Ids ids, SecureRandom random, Clock clock) {
    ApiTokens apiTokens = new ApiTokens(ports.identity(), new SecretSource(random), ids, clock);
    Tokens tokens = new Tokens(ports.idTokenKey(), ports.tenantTokenKey(), clock);
    Optional<String> publicUrl = Setting.PUBLIC_URL.find(environment);
    GraphqlOperation operation =
        new GraphqlOperation(
            ports.identity(),
            apiTokens,
            ports.firmware(),
            ports.uploads(),
            ports.documents(),
            publicUrl,
            GraphqlLimits.DEFAULT,
            ids,
            clock);
    operation.warmUp();
    this.function =
        new HttpFunction(
            new Authenticator(ports.identity(), apiTokens, tokens, clock),
            id -> id.equals(OPERATION) ? Optional.of(operation) : Optional.empty(),
            publicUrl);
    this.route = Contract.route(OPERATION);
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
