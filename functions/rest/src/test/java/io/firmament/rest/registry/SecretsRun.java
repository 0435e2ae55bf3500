package io.firmament.rest.registry;

import static io.firmament.rest.registry.RegistryCalls.call;
import static io.firmament.rest.registry.RegistryCalls.caller;
import static io.firmament.rest.registry.RegistryCalls.json;
import static io.firmament.rest.registry.RegistryCalls.text;

import io.firmament.base.ProblemException;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Refusals;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.registry.Reach;
import io.firmament.platform.registry.Registries;
import io.firmament.registry.FakeRegistry;
import io.firmament.registry.HttpTransport;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// Goes through what is done with secrets, well and badly, and prints answers and what is stored.
final class SecretsRun {
  private static final String WRONG = "wrong-s3cret";

  private SecretsRun() {}

  /// What may show up nowhere: the secrets as they are, and as they are sent.
  static List<String> secrets() {
    return List.of(
        WRONG,
        FakeRegistry.PASSWORD,
        base64(FakeRegistry.USER + ":" + WRONG),
        base64(FakeRegistry.USER + ":" + FakeRegistry.PASSWORD),
        base64(FakeRegistry.PASSWORD),
        "Bearer token-");
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  public static void main(String[] args) {
    HttpTransport transport = HttpTransport.within(Reach.LOCAL);
    boolean[] broken = {false};
    try (FakeRegistry fake = FakeRegistry.start().with(FakeRegistry.Auth.TOKEN);
        RegistryCalls calls =
            new RegistryCalls(
                ask -> {
                  if (broken[0]) {
                    throw new IllegalStateException("a bug about " + ask);
                  }
                  return transport.ask(ask);
                })) {
      Registries registries = calls.registries;
      Caller caller = caller();
      fake.image("team/app", "1", "linux", "arm64");
      String body =
          "{'host':'%s','provider':'token','username':'%s','password':'%s'}"
              .formatted(fake.host(), FakeRegistry.USER, FakeRegistry.PASSWORD);
      HttpResponse created = call(new CreateRegistry(registries), caller, "", body);
      System.out.println(text(created));
      String id = String.valueOf(json(created).get("id"));
      answer(new CreateRegistry(registries), caller, "", body);
      answer(new CreateRegistry(registries), caller, "", body + "x");
      answer(
          new CreateRegistry(registries),
          caller,
          "",
          "{'host':'%s:%s@ghcr.io'}".formatted(FakeRegistry.USER, FakeRegistry.PASSWORD));
      answer(new GetRegistry(registries), caller, id, "");
      answer(new ListRegistries(registries), caller, id, "");
      answer(new CheckRegistry(registries), caller, id, "");
      answer(new ListRegistryRepositories(registries), caller, id, "");
      answer(
          new ImportRegistryImages(registries),
          caller,
          id,
          "{'repository':'team/app','tags':['1']}");
      broken[0] = true;
      answer(new GetRegistryImage(registries), caller, id, "");
      broken[0] = false;
      answer(
          new UpdateRegistry(registries),
          caller,
          id,
          "{'provider':'token','username':'%s','password':'%s'}"
              .formatted(FakeRegistry.USER, WRONG));
      answer(new CheckRegistry(registries), caller, id, "");
      System.out.println("STORED " + calls.dump());
    }
  }

  /// Answers as the edge does.
  private static void answer(Operation operation, Caller caller, String id, String body) {
    HttpResponse response;
    try {
      response =
          call(
              operation,
              caller,
              id,
              Map.of("repository", "team/app", "tag", "1"),
              body.replace('\'', '"'));
    } catch (ProblemException refusal) {
      response = Refusals.of(refusal, "request-1");
    } catch (RuntimeException bug) {
      response = Refusals.ofBug(bug, "request-1");
    }
    System.out.println(response.status() + " " + text(response));
  }
}
