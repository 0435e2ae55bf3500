package io.firmament.graphql;

import io.firmament.base.ApiTokenId;
import io.firmament.base.BaseProblem;
import io.firmament.platform.identity.Caller;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The fields of `identity.graphqls`.
final class IdentityFields {
  private static final int NAME_LENGTH = 100;

  private final Tenancy tenancy;
  private final Clock clock;

  IdentityFields(Tenancy tenancy, Clock clock) {
    this.tenancy = tenancy;
    this.clock = clock;
  }

  /// The id of a token that was deleted.
  private record DeletedApiToken(ApiTokenId id) {}

  void register(FieldTable table) {
    table
        .type("Query", Scope.class)
        .fetch("tenant", (scope, _, _) -> scope.reads().tenant())
        .value("user", Scope::caller)
        .fetch("allProductGroups", (scope, _, _) -> productGroups(scope))
        .fetch("allAnalysisConfigurations", (scope, _, _) -> configurations(scope))
        .fetch("allApiTokens", (scope, _, _) -> tenancy.apiTokens(scope.caller()));
    table
        .type("Mutation", Scope.class)
        .fetch(
            "createApiToken",
            (scope, arguments, _) ->
                MutationRefusal.orAnswer(() -> create(scope.caller(), arguments.object("input"))))
        .fetch(
            "deleteApiToken",
            (scope, arguments, _) ->
                MutationRefusal.orAnswer(() -> delete(scope.caller(), arguments.text("id"))));
    registerTypes(table);
    table.abstractType("CreateApiTokenResult");
    table.abstractType("DeleteApiTokenResult");
  }

  private static void registerTypes(FieldTable table) {
    table
        .type("Tenant", Tenancy.Tenant.class)
        .value("id", tenant -> tenant.id().toString())
        .value("name", Tenancy.Tenant::name);
    table
        .type("User", Caller.class)
        .value("id", caller -> caller.user().toString())
        .value("email", Caller::email);
    table
        .type("ProductGroup", Tenancy.ProductGroup.class)
        .value("id", group -> group.id().toString())
        .value("name", Tenancy.ProductGroup::name);
    table
        .type("AnalysisConfiguration", Tenancy.AnalysisConfiguration.class)
        .value("id", configuration -> configuration.id().toString())
        .value("name", Tenancy.AnalysisConfiguration::name);
    table
        .type("ApiToken", Tenancy.ApiToken.class)
        .value("id", token -> token.id().toString())
        .value("name", Tenancy.ApiToken::name)
        .value("createdAt", Tenancy.ApiToken::createdAt)
        .value("expiresAt", Tenancy.ApiToken::expiresAt);
    table
        .type("CreatedApiToken", Tenancy.CreatedApiToken.class)
        .value("id", token -> token.id().toString())
        .value("name", Tenancy.CreatedApiToken::name)
        .value("token", token -> token.token().reveal())
        .value("expiresAt", Tenancy.CreatedApiToken::expiresAt);
    table.type("DeletedApiToken", DeletedApiToken.class).value("id", token -> token.id().toString());
  }

  private static List<Tenancy.ProductGroup> productGroups(Scope scope) {
    return scope.reads().productGroups().values().stream()
        .filter(group -> scope.mayNameGroup(group.id()))
        .sorted(Comparator.comparing(Tenancy.ProductGroup::name))
        .toList();
  }

  private static List<Tenancy.AnalysisConfiguration> configurations(Scope scope) {
    return scope.reads().analysisConfigurations().values().stream()
        .sorted(Comparator.comparing(Tenancy.AnalysisConfiguration::name))
        .toList();
  }

  private Object create(Caller caller, Arguments input) {
    if (caller.credential() == Caller.Credential.API_TOKEN) {
      throw BaseProblem.SESSION_REQUIRED.with();
    }
    MutationRefusal.Check check = new MutationRefusal.Check();
    check.text("name", input.text("name"), NAME_LENGTH);
    Optional<Instant> expiresAt = input.find("expiresAt", Instant.class);
    if (expiresAt.isPresent() && !expiresAt.get().isAfter(clock.instant())) {
      check.invalid("expiresAt", "must be in the future");
    }
    check.refuseIfInvalid();
    return tenancy.createApiToken(caller, input.text("name"), expiresAt);
  }

  private Object delete(Caller caller, String id) {
    ApiTokenId token =
        ApiTokenId.parse(id).orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "API token"));
    tenancy.deleteApiToken(caller, token);
    return new DeletedApiToken(token);
  }
}
