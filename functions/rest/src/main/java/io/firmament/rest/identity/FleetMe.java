package io.firmament.rest.identity;

import io.firmament.base.BaseProblem;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.Tenant;
import java.util.Arrays;
import java.util.Locale;

/// `GET /api/v1/auth/me`: who is signed in, and what that allows.
public final class FleetMe implements Operation {
  private final IdentityStore store;

  public FleetMe(IdentityStore store) {
    this.store = store;
  }

  @Override
  public HttpResponse handle(Request request) {
    Caller caller = request.authenticated();
    Tenant tenant =
        store
            .findTenant(caller.tenant())
            .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "tenant"));
    return Answers.json(
        200,
        Bodies.Me.class,
        new Bodies.Me(
            caller.email(),
            new Bodies.Named(tenant.id().toString(), tenant.name()),
            Arrays.stream(Permission.values())
                .filter(permission -> holds(caller, permission))
                .map(Permission::id)
                .sorted()
                .toList(),
            caller.credential().name().toLowerCase(Locale.ROOT)));
  }

  private static boolean holds(Caller caller, Permission permission) {
    return switch (permission.scope()) {
      case TENANT -> caller.may(permission);
      case PRODUCT_GROUP -> caller.access().allowsSomewhere(permission);
    };
  }
}
