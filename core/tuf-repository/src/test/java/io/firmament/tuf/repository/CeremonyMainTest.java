package io.firmament.tuf.repository;

import static io.firmament.tuf.repository.TestRepository.NOW;
import static io.firmament.tuf.repository.TestRepository.assign;
import static io.firmament.tuf.repository.TestRepository.published;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.JsonReader;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.Root;
import io.firmament.tuf.TufKey;
import io.firmament.tuf.repository.SigningRequest.Submission;
import io.firmament.tuf.repository.TufRepository.Continuity;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CeremonyMainTest {
  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  private int run(String... arguments) {
    out.reset();
    errors.reset();
    return new CeremonyMain(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(errors, true, StandardCharsets.UTF_8))
        .run(arguments);
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aKeyMadeOfflineBecomesRootsNextKey() throws Exception {
    TestRepository repo = new TestRepository().begun();
    String keyFile = folder.resolve("key.pem").toString();
    assertEquals(0, run("key", keyFile));
    TufKey key = TufKey.read(JsonReader.readObject(out.toByteArray()));
    assertEquals(0, run("key", keyFile));
    assertEquals(key.id(), TufKey.read(JsonReader.readObject(out.toByteArray())).id());

    Root current = repo.state().root().signed();
    Root next =
        current.next(
            Schedule.DEFAULT.root().expiry(NOW),
            Map.of(RoleName.ROOT, new Root.Assignment(List.of(key), 1)));
    SigningRequest<Root> request =
        SigningRequest.root(Optional.of(current), Metadata.unsigned(next));
    Path document = Files.write(folder.resolve("root.json"), request.document());
    assertEquals(0, run("show", document.toString()));
    assertTrue(said().contains("root version 2"), said());
    assertTrue(said().contains("root: 1 of 1\n    " + key.id()), said());
    assertTrue(said().contains("digest " + request.digest()), said());

    assertEquals(0, run("sign", document.toString(), keyFile, request.digest()));
    RoleSignature signature = RoleSignature.read(JsonReader.readObject(out.toByteArray()));
    request = accepted(request.submit(signature, 1, NOW));
    for (SoftwareSigner old : repo.rootKeys.subList(0, 2)) {
      request = accepted(request.submit(SigningRequest.sign(request.document(), old), 1, NOW));
    }

    published(
        repo.repository().publishRoot(request.assembled().orElseThrow(), Continuity.KEEP, NOW));
    repo.device().refreshed();
  }

  private static SigningRequest<Root> accepted(Submission<Root> submission) {
    assertInstanceOf(Submission.Accepted.class, submission, submission::toString);
    return ((Submission.Accepted<Root>) submission).request();
  }

  @Test
  void targetsAreShownWithWhomTheyTrust() throws Exception {
    TestRepository repo = new TestRepository();
    Path document =
        Files.write(
            folder.resolve("targets.json"),
            Metadata.unsigned(
                    Publisher.firstTargets(
                        NOW, assign(repo.publisherKey), assign(repo.directorKey)))
                .toBytes());

    assertEquals(0, run("show", document.toString()));

    assertTrue(said().contains("publisher: 1 of 1"), said());
    assertTrue(said().contains("expires 2026-06-01T12:00:00Z"), said());
  }

  @Test
  void nothingIsSignedUnderAnotherDigestOrByAKeyThatIsNotThere() throws Exception {
    TestRepository repo = new TestRepository();
    byte[] bytes = Metadata.unsigned(repo.firstRoot()).toBytes();
    Path document = Files.write(folder.resolve("root.json"), bytes);
    String key = folder.resolve("key.pem").toString();
    run("key", key);

    assertEquals(1, run("sign", document.toString(), key, "00".repeat(32)));
    assertEquals("", said());
    String missing = folder.resolve("missing.pem").toString();
    assertEquals(1, run("sign", document.toString(), missing, SigningRequest.digest(bytes)));
    assertEquals("", said());
    assertFalse(Files.exists(Path.of(missing)));
  }

  @Test
  void wrongUsageAndUnusableFilesAreToldApart() throws Exception {
    Path rubbish = Files.writeString(folder.resolve("x"), "rubbish");

    assertEquals(2, run());
    assertEquals(2, run("sign", rubbish.toString()));
    assertEquals(2, run("nothing", "of", "the", "kind"));
    assertEquals(1, run("show", rubbish.toString()));
    assertEquals(1, run("show", folder.resolve("missing").toString()));
  }
}
