package io.firmament.rest.identity;

import io.firmament.base.BaseProblem;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.JsonBody;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.edge.Tokens;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.Membership;
import io.firmament.platform.identity.ProductGroup;
import io.firmament.platform.identity.Role;
import io.firmament.platform.identity.UserGroup;
import java.util.ArrayList;
import java.util.List;

/// `POST /api/token`: an id token, as often as wanted while it lasts, for a tenant token.
public final class IssueTenantToken implements Operation {
  private final IdentityStore store;
  private final Tokens tokens;

  public IssueTenantToken(IdentityStore store, Tokens tokens) {
    this.store = store;
    this.tokens = tokens;
  }

  @Override
  public HttpResponse handle(Request request) {
    Bodies.TenantTokenRequest asked = Answers.read(request, Bodies.TenantTokenRequest.class);
    String idToken = JsonBody.required("id_token", asked.idToken(), Answers.MAX_TOKEN);
    String client = JsonBody.required("client_id", asked.clientId(), Answers.MAX_CLIENT);
    String tenant = JsonBody.required("tenant_id", asked.tenantId(), Answers.MAX_CLIENT);
    String nonce = JsonBody.required("nonce", asked.nonce(), Answers.MAX_NONCE);
    Tokens.Identity who =
        tokens
            .verifyIdToken(idToken, client)
            .orElseThrow(
                () ->
                    BaseProblem.UNAUTHENTICATED.with(
                        "detail", "the id token is not valid for this client; sign in again"));
    Membership membership =
        TenantId.parse(tenant)
            .flatMap(id -> store.findMembership(id, who.user()))
            .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "tenant"));
    Tokens.Subject subject = new Tokens.Subject(who.user(), who.email(), client, nonce);
    return Answers.json(
        200,
        Bodies.TenantToken.class,
        answer(tokens.tenantToken(subject, membership.tenant()), who.email(), membership));
  }

  private Bodies.TenantToken answer(String token, String email, Membership membership) {
    List<UserGroup> groups = store.groups(membership.tenant(), membership.groups());
    return new Bodies.TenantToken(
        token,
        email,
        groups.stream().flatMap(g -> g.roles().stream()).map(Role::id).distinct().sorted().toList(),
        groups.stream().map(g -> new Bodies.Named(g.id().toString(), g.name())).toList(),
        allProductGroups(membership.tenant()).stream()
            .filter(group -> groups.stream().anyMatch(g -> reaches(g, group)))
            .map(group -> new Bodies.Named(group.id().toString(), group.name()))
            .toList());
  }

  private static boolean reaches(UserGroup members, ProductGroup group) {
    return switch (members.reach()) {
      case UserGroup.Reach.Everywhere() -> true;
      case UserGroup.Reach.Only(java.util.Set<io.firmament.base.ProductGroupId> some) ->
          some.contains(group.id());
    };
  }

  private List<ProductGroup> allProductGroups(TenantId tenant) {
    List<ProductGroup> all = new ArrayList<>();
    PageRequest page = PageRequest.first();
    Page<ProductGroup> found;
    do {
      found = store.listProductGroups(tenant, page);
      all.addAll(found.items());
      page = found.next().map(page::after).orElse(page);
    } while (found.next().isPresent());
    return all;
  }
}
