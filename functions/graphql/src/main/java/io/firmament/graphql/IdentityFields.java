package io.firmament.graphql;

import io.firmament.base.BaseProblem;
import io.firmament.platform.identity.AnalysisConfiguration;
import io.firmament.platform.identity.ApiToken;
import io.firmament.platform.identity.ApiTokens;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroup;
import io.firmament.platform.identity.Tenant;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The fields of `identity.graphqls`.
final class IdentityFields {
  private static final int NAME_LENGTH = 100;

  private final ApiTokens tokens;
  private final Clock clock;

  IdentityFields(ApiTokens tokens, Clock clock) {
    this.tokens = tokens;
    this.clock = clock;
  }

  /// The id of a token that was deleted.
  private record DeletedApiToken(String id) {}

  void register(FieldTable table) {
    table
        .type("Query", Scope.class)
        .fetch("tenant", (scope, _, _) -> scope.reads().tenant())
        .value("user", Scope::caller)
        .fetch("allProductGroups", (scope, _, _) -> productGroups(scope))
        .fetch("allAnalysisConfigurations", (scope, _, _) -> configurations(scope))
        .fetch("allApiTokens", (scope, _, _) -> tokens(scope));
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
        .type("Tenant", Tenant.class)
        .value("id", tenant -> tenant.id().toString())
        .value("name", Tenant::name);
    table
        .type("User", Caller.class)
        .value("id", caller -> caller.user().toString())
        .value("email", Caller::email);
    table
        .type("ProductGroup", ProductGroup.class)
        .value("id", group -> group.id().toString())
        .value("name", ProductGroup::name);
    table
        .type("AnalysisConfiguration", AnalysisConfiguration.class)
        .value("id", configuration -> configuration.id().toString())
        .value("name", AnalysisConfiguration::name);
    table
        .type("ApiToken", ApiToken.class)
        .value("id", token -> token.id().toString())
        .value("name", ApiToken::name)
        .value("permissions", token -> permissions(token))
        .value("createdAt", ApiToken::createdAt)
        .value("expiresAt", ApiToken::expiresAt);
    table
        .type("CreatedApiToken", ApiTokens.CreatedToken.class)
        .value("id", created -> created.token().id().toString())
        .value("name", created -> created.token().name())
        .value("token", created -> created.text().reveal())
        .value("permissions", created -> permissions(created.token()))
        .value("expiresAt", created -> created.token().expiresAt());
    table.type("DeletedApiToken", DeletedApiToken.class).value("id", DeletedApiToken::id);
  }

  private static List<ProductGroup> productGroups(Scope scope) {
    return scope.reads().productGroups().values().stream()
        .filter(group -> scope.mayNameGroup(group.id()))
        .sorted(Comparator.comparing(ProductGroup::name))
        .toList();
  }

  private static List<AnalysisConfiguration> configurations(Scope scope) {
    return scope.reads().analysisConfigurations().values().stream()
        .sorted(Comparator.comparing(AnalysisConfiguration::name))
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
    Optional<Set<String>> permissions = input.findTexts("permissions").map(Set::copyOf);
    return tokens.create(
        caller, new ApiTokens.NewToken(input.text("name"), permissions, expiresAt));
  }

  private Object delete(Caller caller, String id) {
    tokens.delete(caller, id);
    return new DeletedApiToken(id);
  }

  private List<ApiToken> tokens(Scope scope) {
    List<ApiToken> all = Reads.all(page -> tokens.list(scope.caller(), page));
    scope.spend(all.size());
    return all;
  }

  private static List<String> permissions(ApiToken token) {
    return token.permissions().stream().map(Permission::id).sorted().toList();
  }
}
