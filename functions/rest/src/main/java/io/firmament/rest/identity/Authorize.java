package io.firmament.rest.identity;

import io.firmament.base.Secret;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.JsonBody;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.edge.Tokens;
import io.firmament.platform.identity.IdentityProblem;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.SignIn;
import io.firmament.platform.identity.User;

/// `POST /api/authorize`: a password for an id token, the first of the two tokens.
public final class Authorize implements Operation {
  private final SignIn signIn;
  private final IdentityStore store;
  private final Tokens tokens;

  public Authorize(SignIn signIn, IdentityStore store, Tokens tokens) {
    this.signIn = signIn;
    this.store = store;
    this.tokens = tokens;
  }

  @Override
  public HttpResponse handle(Request request) {
    Bodies.AuthorizeRequest asked = Answers.read(request, Bodies.AuthorizeRequest.class);
    String email = JsonBody.required("email", asked.email(), Answers.MAX_EMAIL);
    String password = JsonBody.required("password", asked.password(), Answers.MAX_PASSWORD);
    String client = JsonBody.required("client_id", asked.clientId(), Answers.MAX_CLIENT);
    String nonce = JsonBody.required("nonce", asked.nonce(), Answers.MAX_NONCE);
    if (!Tokens.CLIENTS.contains(client)) {
      throw IdentityProblem.UNKNOWN_CLIENT.with();
    }
    User user = signIn.signIn(email, new Secret(password));
    Tokens.Subject subject = new Tokens.Subject(user.id(), email, client, nonce);
    String token = tokens.idToken(subject, store.memberships(user.id()));
    return Answers.jsonWithNulls(200, Bodies.Authorized.class, new Bodies.Authorized(token, null));
  }
}
