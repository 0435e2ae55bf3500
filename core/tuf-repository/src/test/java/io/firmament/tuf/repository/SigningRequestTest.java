package io.firmament.tuf.repository;

import static io.firmament.tuf.repository.TestRepository.NOW;
import static io.firmament.tuf.repository.TestRepository.assign;
import static io.firmament.tuf.repository.TestRepository.keys;
import static io.firmament.tuf.repository.TestRepository.published;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.SigningRequest.Submission;
import io.firmament.tuf.repository.TufRepository.Continuity;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A ceremony, from the unsigned document to the published metadata.
final class SigningRequestTest {
  private final TestRepository repo = new TestRepository().begun();
  private final List<SoftwareSigner> newKeys = keys(2);

  private SigningRequest<Root> rootRequest() {
    Root current = repo.state().root().signed();
    Root next =
        current.next(
            Schedule.DEFAULT.root().expiry(NOW), Map.of(RoleName.ROOT, assign(2, newKeys)));
    return SigningRequest.root(Optional.of(current), Metadata.unsigned(next));
  }

  private static <R extends Role> SigningRequest<R> accepted(Submission<R> submission) {
    assertInstanceOf(Submission.Accepted.class, submission, submission::toString);
    return ((Submission.Accepted<R>) submission).request();
  }

  private static Submission.Reason refused(Submission<?> submission) {
    return assertInstanceOf(Submission.Refused.class, submission, submission::toString).reason();
  }

  @Test
  void rootIsAssembledWhenOldAndNewKeysHaveSigned() throws Exception {
    SigningRequest<Root> request = rootRequest();
    byte[] document = request.document();
    assertEquals(request.digest(), SigningRequest.digest(document));
    List<SoftwareSigner> signers =
        List.of(repo.rootKeys.get(2), newKeys.get(0), repo.rootKeys.get(0), newKeys.get(1));
    for (SoftwareSigner signer : signers) {
      assertEquals(Optional.empty(), request.assembled());
      // Each signs what was carried out at the beginning, and the request is kept as its document.
      RoleSignature signature = SigningRequest.sign(document, signer);
      request = accepted(request.submit(signature, 1, NOW));
      request =
          SigningRequest.root(
              Optional.of(repo.state().root().signed()), Metadata.root(request.document()));
    }

    assertEquals(List.of(), request.missing());
    published(
        repo.repository().publishRoot(request.assembled().orElseThrow(), Continuity.KEEP, NOW));
    repo.device().refreshed();
    assertEquals(2, repo.state().root().signed().version());
  }

  @Test
  void whatIsMissingIsSaid() throws TufException {
    SigningRequest<Root> request = rootRequest();
    RoleSignature signature = SigningRequest.sign(request.document(), newKeys.getFirst());

    assertEquals(
        List.of(
            "0 of 2 signatures by the root keys of root 1",
            "1 of 2 signatures by the root keys of root 2"),
        accepted(request.submit(signature, 1, NOW)).missing());
  }

  @Test
  void wrongDoubleStaleAndExpiredSignaturesAreRefused() throws TufException {
    SigningRequest<Root> request = rootRequest();
    SoftwareSigner key = repo.rootKeys.getFirst();
    RoleSignature good = SigningRequest.sign(request.document(), key);

    RoleSignature stranger = SigningRequest.sign(request.document(), SoftwareSigner.generate());
    assertEquals(Submission.Reason.UNKNOWN_KEY, refused(request.submit(stranger, 1, NOW)));
    // A key of another role is none of root's.
    RoleSignature otherRole = SigningRequest.sign(request.document(), repo.targetsKeys.getFirst());
    assertEquals(Submission.Reason.UNKNOWN_KEY, refused(request.submit(otherRole, 1, NOW)));
    RoleSignature overAnother = SigningRequest.sign(repo.state().root().toBytes(), key);
    assertEquals(Submission.Reason.INVALID_SIGNATURE, refused(request.submit(overAnother, 1, NOW)));
    for (String rubbish : List.of("", "zz", "00")) {
      assertEquals(
          Submission.Reason.INVALID_SIGNATURE,
          refused(request.submit(new RoleSignature(good.keyId(), rubbish), 1, NOW)));
    }
    SigningRequest<Root> signed = accepted(request.submit(good, 1, NOW));
    assertEquals(Submission.Reason.ALREADY_SIGNED, refused(signed.submit(good, 1, NOW)));
    assertEquals(Submission.Reason.STALE, refused(request.submit(good, 2, NOW)));
    assertEquals(
        Submission.Reason.EXPIRED,
        refused(request.submit(good, 1, NOW.plus(Duration.ofDays(365)))));
  }

  @Test
  void aSignatureThatWasSpoiltOnItsWayIsReplacedByAGoodOne() throws TufException {
    SigningRequest<Root> request = rootRequest();
    RoleSignature good = SigningRequest.sign(request.document(), repo.rootKeys.getFirst());
    Metadata<Root> spoilt = request.metadata().with(new RoleSignature(good.keyId(), "00ff"));
    SigningRequest<Root> read =
        SigningRequest.root(Optional.of(repo.state().root().signed()), spoilt);

    assertEquals(1, accepted(read.submit(good, 1, NOW)).signers().size());
  }

  @Test
  void targetsForAChangeOfTheirKeysNeedBothThresholds() throws TufException {
    List<SoftwareSigner> newTargets = keys(1);
    Root current = repo.state().root().signed();
    Root upcoming =
        current.next(
            Schedule.DEFAULT.root().expiry(NOW), Map.of(RoleName.TARGETS, assign(1, newTargets)));
    Targets next =
        repo.state()
            .topLevelTargets()
            .next(Schedule.DEFAULT.targets().expiry(NOW), repo.repository().nextTargetsVersion());
    SigningRequest<Targets> request =
        SigningRequest.targets(current, Optional.of(upcoming), Metadata.unsigned(next));
    for (SoftwareSigner signer :
        List.of(repo.targetsKeys.get(0), repo.targetsKeys.get(1), newTargets.getFirst())) {
      assertEquals(Optional.empty(), request.assembled());
      request = accepted(request.submit(SigningRequest.sign(request.document(), signer), 1, NOW));
    }

    published(repo.repository().publishTargets(request.assembled().orElseThrow(), NOW));
    published(
        repo.repository()
            .publishRoot(TestRepository.sign(upcoming, repo.rootKeys), Continuity.KEEP, NOW));
    repo.device().refreshed();
  }

  @Test
  void theFirstRootIsSignedByItsOwnKeys() throws TufException {
    SigningRequest<Root> request =
        SigningRequest.root(Optional.empty(), Metadata.unsigned(repo.firstRoot()));
    for (SoftwareSigner signer : repo.rootKeys.subList(0, 2)) {
      request = accepted(request.submit(SigningRequest.sign(request.document(), signer), 0, NOW));
    }

    assertTrue(request.assembled().isPresent());
  }

  @Test
  void onlyRootAndTargetsAreSignedElsewhere() {
    byte[] timestamp = repo.store.read("timestamp.json").orElseThrow().file();

    assertThrows(
        TufException.class, () -> SigningRequest.sign(timestamp, repo.rootKeys.getFirst()));
    assertThrows(
        TufException.class,
        () -> SigningRequest.sign("{}".getBytes(StandardCharsets.UTF_8), repo.rootKeys.getFirst()));
  }
}
