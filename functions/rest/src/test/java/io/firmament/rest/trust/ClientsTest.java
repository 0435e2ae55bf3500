package io.firmament.rest.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.aws.KmsUnderTest;
import io.firmament.aws.tuf.KmsOnlineKeys;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.SoftwareKeys;
import io.firmament.rest.trust.TrustUnderTest.OfflineKeys;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.client.TufClient;
import io.firmament.tuf.repository.Director;
import io.firmament.tuf.repository.RepositoryState;
import io.firmament.tuf.repository.Signers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A repository that was begun through the API, with its online keys in files or in KMS, is one
/// that devices accept: our client, and one that others made.
class ClientsTest {
  @TempDir private Path folder;
  private final TrustUnderTest trust = new TrustUnderTest();
  private final OfflineKeys root = OfflineKeys.of(2, 3);
  private final OfflineKeys targets = OfflineKeys.of(1, 1);
  private final Caller caller = TrustUnderTest.caller();
  private TrustClients clients;

  @BeforeEach
  void serve() {
    trust.at(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    clients = new TrustClients(trust, caller, folder);
  }

  @AfterEach
  void end() {
    clients.close();
    trust.close();
  }

  @Test
  void withKeysInFiles() throws Exception {
    Path keys = folder.resolve("keys");
    begin(SoftwareKeys.in(keys));
    String path = clients.publish("1.0.0");
    clients.accept(path);
    Path file = keys.resolve(caller.tenant() + "/publisher.pem");
    assertEquals(
        "rw-------",
        java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    // Another process finds the same keys and goes on.
    trust.keys.set(SoftwareKeys.in(keys));
    nextRoot();
    clients.accept(path);
  }

  @Test
  void withKeysInKms() throws Exception {
    try (KmsUnderTest kms = KmsUnderTest.start()) {
      kms.assumeDigests();
      begin(new KmsOnlineKeys(kms.client(), "test-" + caller.tenant()));
      kms.forget(
          java.util.stream.Stream.of("freshness", "publisher", "director", "fleet-default")
              .map(role -> "alias/test-" + caller.tenant() + "/" + caller.tenant() + "/" + role)
              .toList());
      clients.accept(clients.publish("1.0.0"));
    }
  }

  /// Its keys sign what single devices are to do; devices learn them from targets. It lists no
  /// targets: who looks for one fails.
  @Test
  void targetsNameTheKeyOfTheDirector() throws Exception {
    begin(SoftwareKeys.inMemory());
    RepositoryState state = trust.platform.repositories().of(caller.tenant()).head().orElseThrow();
    Targets published = state.role("targets").orElseThrow();
    var delegation = published.delegations().orElseThrow().role(Director.ROLE).orElseThrow();
    assertTrue(delegation.matches("director/device-1"));
    assertTrue(!delegation.matches("fleets/default/a/1/b") && delegation.terminating());
    assertEquals(
        Set.of(
            Signers.keyOf(
                    trust.onlineKeys().find(caller.tenant(), OnlineRole.DIRECTOR).orElseThrow())
                .id()),
        delegation.roleKeys().keyIds());
    TufClient client = clients.ours();
    client.refresh();
    try {
      client.find("director/device-1");
      throw new AssertionError("there is no such target");
    } catch (TufException e) {
      assertEquals(TufException.Reason.UNAVAILABLE, e.reason());
    }
  }

  private void begin(OnlineKeys keys) {
    trust.keys.set(keys);
    trust.begin(caller, root, targets);
  }

  private void nextRoot() throws TufException {
    OfflineKeys newRoot = OfflineKeys.of(1, 1);
    Json.Obj prepared =
        trust.call(
            caller,
            "prepareCeremony",
            Json.Obj.EMPTY
                .with("root", newRoot.json())
                .with("documents", Json.Arr.ofTexts(java.util.List.of("root"))));
    trust.sign(caller, prepared, "root", root.signers().subList(0, 2));
    trust.sign(caller, prepared, "root", newRoot.signers());
    byte[] newest = trust.call(caller, "getTrustRoot", Json.Obj.EMPTY).toBytes();
    assertEquals(2, Metadata.root(newest).signed().version());
  }
}
