package io.firmament.rest;

import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.TokenSigner;

/// The outside world of the REST operations. Each port is made once, when it is first asked for.
public interface Ports {
  IdentityStore identity();

  TokenSigner idTokenKey();

  TokenSigner tenantTokenKey();
}
