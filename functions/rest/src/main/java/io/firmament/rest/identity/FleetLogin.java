package io.firmament.rest.identity;

import io.firmament.base.BaseProblem;
import io.firmament.base.Secret;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.JsonBody;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.edge.SessionCookie;
import io.firmament.platform.identity.IdentityProblem;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.Membership;
import io.firmament.platform.identity.SecretSource;
import io.firmament.platform.identity.Session;
import io.firmament.platform.identity.SignIn;
import io.firmament.platform.identity.User;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `POST /api/v1/auth/login`: a password for a session cookie.
public final class FleetLogin implements Operation {
  static final Duration SESSION_LIFE = Duration.ofHours(12);

  private final SignIn signIn;
  private final IdentityStore store;
  private final SecretSource secrets;
  private final Clock clock;

  public FleetLogin(SignIn signIn, IdentityStore store, SecretSource secrets, Clock clock) {
    this.signIn = signIn;
    this.store = store;
    this.secrets = secrets;
    this.clock = clock;
  }

  @Override
  public HttpResponse handle(Request request) {
    Bodies.FleetLoginRequest asked = Answers.read(request, Bodies.FleetLoginRequest.class);
    String email = JsonBody.required("email", asked.email(), Answers.MAX_EMAIL);
    String password = JsonBody.required("password", asked.password(), Answers.MAX_PASSWORD);
    User user = signIn.signIn(email, new Secret(password));
    Membership membership = choose(store.memberships(user.id()), asked.tenantId());
    Secret secret = secrets.next();
    Instant now = clock.instant();
    store.putSession(
        new Session(
            secret.sha256(), membership.tenant(), user.id(), email, now, now.plus(SESSION_LIFE)));
    return HttpResponse.noContent()
        .withCookie(SessionCookie.set(secret, SESSION_LIFE, request.baseUrl()));
  }

  private static Membership choose(List<Membership> memberships, @Nullable String tenantId) {
    if (tenantId == null && memberships.size() > 1) {
      throw IdentityProblem.TENANT_NOT_CHOSEN.with();
    }
    return memberships.stream()
        .filter(m -> tenantId == null || m.tenant().toString().equalsIgnoreCase(tenantId))
        .findFirst()
        .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "tenant"));
  }
}
