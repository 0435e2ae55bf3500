package io.firmament.rest.identity;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.JsonBody;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;

/// `POST /api/login`: how an account signs in. Every address gets the same answer, so that nobody
/// learns who has an account.
public final class Login implements Operation {
  @Override
  public HttpResponse handle(Request request) {
    Bodies.LoginRequest login = Answers.read(request, Bodies.LoginRequest.class);
    JsonBody.required("email", login.email(), Answers.MAX_EMAIL);
    return Answers.json(200, Bodies.LoginMode.class, new Bodies.LoginMode("local"));
  }
}
