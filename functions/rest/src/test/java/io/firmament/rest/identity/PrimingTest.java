package io.firmament.rest.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.base.Ids;
import io.firmament.edge.Authenticator;
import io.firmament.edge.HttpFunction;
import io.firmament.edge.Operation;
import io.firmament.edge.Tokens;
import io.firmament.platform.identity.ApiTokens;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.SecretSource;
import io.firmament.schema.Contract;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a function does before its first event.
final class PrimingTest {
  @Test
  void aPrimedFunctionHasBuiltItsOperationAndReadTheIdentityTableOnce() throws Exception {
    try (RestUnderTest rest = new RestUnderTest()) {
      List<String> calls = new ArrayList<>();
      Map<String, Operation> built = new HashMap<>();
      IdentityStore heard = recording(rest.identity(), calls);
      Clock clock = Clock.systemUTC();
      ApiTokens tokens =
          new ApiTokens(heard, new SecretSource(new SecureRandom()), Ids.random(), clock);
      Authenticator authenticator =
          new Authenticator(
              heard, tokens, new Tokens(rest.idTokenKey(), rest.tenantTokenKey(), clock), clock);
      HttpFunction function =
          new HttpFunction(
              authenticator,
              id ->
                  Optional.of(
                      built.computeIfAbsent(
                          id,
                          _ -> {
                            calls.add("build " + id);
                            return request -> {
                              throw new AssertionError("nobody called");
                            };
                          })),
              Optional.empty());

      function.prime(Contract.route("listDevices"));
      assertEquals(List.of("build listDevices", "findApiToken"), calls);

      calls.clear();
      function.prime(Contract.route("getVersion"));
      assertEquals(List.of("build getVersion"), calls);
    }
  }

  private static IdentityStore recording(IdentityStore real, List<String> calls) {
    return (IdentityStore)
        Proxy.newProxyInstance(
            IdentityStore.class.getClassLoader(),
            new Class<?>[] {IdentityStore.class},
            (self, method, arguments) -> {
              calls.add(method.getName());
              return method.invoke(real, arguments);
            });
  }
}
