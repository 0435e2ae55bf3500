package io.firmament.infra;

import io.firmament.schema.Route;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.aws_apigatewayv2_integrations.HttpLambdaIntegration;
import software.amazon.awscdk.services.apigatewayv2.HttpApi;
import software.amazon.awscdk.services.apigatewayv2.HttpMethod;
import software.amazon.awscdk.services.apigatewayv2.HttpRoute;
import software.amazon.awscdk.services.apigatewayv2.HttpRouteKey;
import software.constructs.Construct;

/// The operations of one area of the contract: a function, an integration and a route each.
///
/// An operation takes nine resources, and a stack holds 500: areas keep well below.
final class ApiStack extends Stack {
  private static final int DISK_MEGABYTES = 512;

  private final List<PlatformFunction> functions = new ArrayList<>();

  ApiStack(
      Construct scope,
      String area,
      List<Route> operations,
      PlatformFunction.Shared shared,
      HttpApi api,
      Grants grants) {
    super(
        scope,
        Stacks.id(shared.deployment(), "Api" + Stacks.capital(area)),
        Stacks.props("API operations of " + area));
    for (Route operation : operations) {
      PlatformFunction function =
          new PlatformFunction(
              this,
              shared,
              new PlatformFunction.Spec(
                  operation.operationId(),
                  operation.method() + " " + operation.pathTemplate(),
                  Family.of(operation.family()),
                  operation.memoryMb(),
                  Duration.seconds(operation.timeoutSeconds()),
                  DISK_MEGABYTES,
                  grants.of(operation.grants())));
      functions.add(function);
      String id = Stacks.capital(operation.operationId());
      HttpRoute route =
          HttpRoute.Builder.create(this, id + "Route")
              .httpApi(api)
              .routeKey(
                  HttpRouteKey.with(
                      operation.pathTemplate(), HttpMethod.valueOf(operation.method())))
              .integration(new HttpLambdaIntegration(id + "Integration", function.live()))
              .build();
      Suppression.AUTHENTICATED_IN_THE_FUNCTION.on(route);
    }
  }

  List<PlatformFunction> functions() {
    return List.copyOf(functions);
  }
}
