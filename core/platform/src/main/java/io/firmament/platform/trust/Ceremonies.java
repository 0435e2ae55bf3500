package io.firmament.platform.trust;

import io.firmament.base.Ids;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.trust.Signer;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufKey;
import io.firmament.tuf.repository.Director;
import io.firmament.tuf.repository.Outcome;
import io.firmament.tuf.repository.Publisher;
import io.firmament.tuf.repository.RepositoryState;
import io.firmament.tuf.repository.Schedule;
import io.firmament.tuf.repository.Signers;
import io.firmament.tuf.repository.SigningRequest;
import io.firmament.tuf.repository.TufRepository;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// How a tenant's repository begins and how its offline roles go on: root and targets are prepared
/// here, signed elsewhere, and published when enough signatures have come in.
///
/// Every step may be repeated. Who prepares the same gets the same document; a signature that is in
/// already changes nothing; and where the platform stopped between the last signature and the
/// publication, the next submission of anything publishes.
public final class Ceremonies {
  private static final int ATTEMPTS = 8;

  private final TrustStore store;
  private final OnlineKeys keys;
  private final TenantRepositories repositories;
  private final Clock clock;
  private final Ids ids;

  public Ceremonies(
      TrustStore store, OnlineKeys keys, TenantRepositories repositories, Clock clock, Ids ids) {
    this.store = store;
    this.keys = keys;
    this.repositories = repositories;
    this.clock = clock;
    this.ids = ids;
  }

  /// A document of a ceremony.
  ///
  /// @param digest what people compare before they sign
  /// @param signers ids of the keys that have signed
  /// @param missing what is missing, for people
  public record Document(
      String role,
      long version,
      Instant expires,
      String digest,
      Json.Obj document,
      Set<String> signers,
      List<String> missing,
      boolean published) {}

  /// Where a ceremony stands.
  ///
  /// @param begun whether the repository has begun
  /// @param keyIds ids of the online keys by role, in the answer to a preparation; that of
  ///     `manifest` is the SHA-256 of its SubjectPublicKeyInfo
  public record Progress(boolean begun, List<Document> documents, Map<String, String> keyIds) {
    public Progress {
      documents = List.copyOf(documents);
    }
  }

  /// Makes the online keys that are missing, and prepares the first or the next root and targets.
  public Progress prepare(Caller caller, CeremonyWish wish) {
    TenantId tenant = caller.tenant();
    Optional<RepositoryState> state = repositories.of(tenant).head();
    require(wish, state.isPresent());
    SortedMap<String, Signer> online = ensureKeys(tenant, wish.fleets());
    SortedMap<String, String> keyIds = new TreeMap<>();
    online.forEach((role, signer) -> keyIds.put(role, keyId(role, signer)));
    Set<String> taken = new HashSet<>();
    online.values().forEach(signer -> taken.add(Signers.keyOf(signer).id()));
    refuseOnlineKeys(wish, taken);
    if (wish.documents().isEmpty()) {
      return progress(state, store.find(tenant).flatMap(TrustRecord::open), keyIds);
    }
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Instant now = now();
      TrustRecord record = store.find(tenant).orElse(TrustRecord.none(tenant));
      Ceremony wanted = draft(caller, wish, state, online, now);
      if (record.open().isPresent()) {
        Ceremony open = record.open().get();
        if (!open.isExpired(now) && open.asksForTheSameAs(wanted)) {
          return progress(state, record.open(), keyIds);
        }
        refuseToReplace(open, wish, state, now);
      }
      AuditEvent audit = audit(caller, "trust.prepared", now, facts(wanted, state));
      if (store.put(record.with(wanted), Optional.empty(), audit)) {
        return progress(state, Optional.of(wanted), keyIds);
      }
    }
    throw RepositoryProblem.CEREMONY_CHANGED.with();
  }

  private static void require(CeremonyWish wish, boolean begun) {
    if (!begun && !wish.documents().isEmpty()) {
      if (wish.documents().size() < 2) {
        throw CeremonyWish.wrong("documents", "must be both for a repository to begin");
      }
      if (wish.root().isEmpty()) {
        throw CeremonyWish.wrong("root", "must say the offline keys for a repository to begin");
      }
      if (wish.targets().isEmpty()) {
        throw CeremonyWish.wrong("targets", "must say the offline keys for a repository to begin");
      }
    }
    boolean changesRoot = wish.root().isPresent() || wish.targets().isPresent();
    if (changesRoot && !wish.documents().contains(RoleName.ROOT)) {
      throw CeremonyWish.wrong("documents", "must have root, which says the keys of both");
    }
  }

  private SortedMap<String, Signer> ensureKeys(TenantId tenant, List<FleetName> fleets) {
    Set<OnlineRole> roles =
        new LinkedHashSet<>(
            List.of(
                OnlineRole.FRESHNESS,
                OnlineRole.PUBLISHER,
                OnlineRole.DIRECTOR,
                OnlineRole.MANIFEST,
                OnlineRole.of(FleetName.DEFAULT)));
    fleets.forEach(fleet -> roles.add(OnlineRole.of(fleet)));
    SortedMap<String, Signer> online = new TreeMap<>();
    roles.forEach(role -> online.put(role.id(), keys.ensure(tenant, role)));
    return online;
  }

  /// As metadata names it; the key of manifests as those name it.
  private static String keyId(String role, Signer signer) {
    return role.equals(OnlineRole.MANIFEST.id())
        ? signer.keyId().hex()
        : Signers.keyOf(signer).id();
  }

  /// A key that is online anyway would only look like one that people keep.
  private static void refuseOnlineKeys(CeremonyWish wish, Set<String> online) {
    for (Optional<Root.Assignment> offline : List.of(wish.root(), wish.targets())) {
      for (TufKey key : offline.map(Root.Assignment::keys).orElse(List.of())) {
        if (online.contains(key.id())) {
          throw CeremonyWish.wrong("keys", key.id() + " is a key that is online");
        }
      }
    }
  }

  /// One that is complete is as good as published, and its first root may be written already.
  private void refuseToReplace(
      Ceremony open, CeremonyWish wish, Optional<RepositoryState> state, Instant now) {
    boolean begins = state.isEmpty() && !open.isExpired(now) && isComplete(state, open);
    if (begins || (open.signatures() > 0 && !wish.replace())) {
      throw RepositoryProblem.CEREMONY_OPEN.with(
          "signatures",
          open.signatures(),
          "detail",
          begins
              ? "submit one of them again, and it is published"
              : "submit what is missing, or give it up with replace");
    }
  }

  private Ceremony draft(
      Caller caller,
      CeremonyWish wish,
      Optional<RepositoryState> state,
      Map<String, Signer> online,
      Instant now) {
    Root.Assignment freshness = assignment(online, OnlineRole.FRESHNESS);
    Root.Assignment publisher = assignment(online, OnlineRole.PUBLISHER);
    Root.Assignment director = assignment(online, OnlineRole.DIRECTOR);
    Map<String, Root.Assignment> roles = new LinkedHashMap<>();
    wish.root().ifPresent(assigned -> roles.put(RoleName.ROOT, assigned));
    wish.targets().ifPresent(assigned -> roles.put(RoleName.TARGETS, assigned));
    roles.put(RoleName.SNAPSHOT, freshness);
    roles.put(RoleName.TIMESTAMP, freshness);
    Schedule schedule = repositories.schedule();
    Instant rootExpires = schedule.root().expiry(now);
    Instant targetsExpires = schedule.targets().expiry(now);
    Root root =
        state
            .map(published -> published.root().signed().next(rootExpires, roles))
            .orElseGet(() -> Root.create(rootExpires, roles));
    Targets targets =
        state
            .map(
                published ->
                    nextTargets(caller.tenant(), published, targetsExpires, publisher, director))
            .orElseGet(() -> Publisher.firstTargets(targetsExpires, publisher, director));
    return new Ceremony(
        wish.documents().contains(RoleName.ROOT)
            ? Optional.of(Metadata.unsigned(root))
            : Optional.empty(),
        wish.documents().contains(RoleName.TARGETS)
            ? Optional.of(Metadata.unsigned(targets))
            : Optional.empty(),
        now,
        caller.user());
  }

  private Targets nextTargets(
      TenantId tenant,
      RepositoryState published,
      Instant expires,
      Root.Assignment publisher,
      Root.Assignment director) {
    Targets next =
        published
            .role(RoleName.TARGETS)
            .orElseThrow()
            .next(expires, repositories.of(tenant).nextTargetsVersion());
    return Director.delegateTo(Publisher.delegateTo(next, publisher), director);
  }

  private static Root.Assignment assignment(Map<String, Signer> online, OnlineRole role) {
    Signer signer = online.get(role.id());
    if (signer == null) {
      throw new IllegalStateException("the key of " + role + " was made before");
    }
    return TenantRepositories.assignment(signer);
  }

  /// Where the open ceremony stands; no documents where none is open.
  public Progress progress(TenantId tenant) {
    return progress(
        repositories.of(tenant).head(), store.find(tenant).flatMap(TrustRecord::open), Map.of());
  }

  /// Takes signatures of the prepared root in and publishes what is complete.
  public Progress submitRoot(Caller caller, byte[] body) {
    return submit(caller, RoleName.ROOT, Submitted.read(RoleName.ROOT, body));
  }

  /// Takes signatures of the prepared targets in and publishes what is complete.
  public Progress submitTargets(Caller caller, byte[] body) {
    return submit(caller, RoleName.TARGETS, Submitted.read(RoleName.TARGETS, body));
  }

  private Progress submit(Caller caller, String role, Submitted submitted) {
    TenantId tenant = caller.tenant();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Instant now = now();
      Optional<RepositoryState> state = repositories.of(tenant).head();
      TrustRecord record = store.find(tenant).orElse(TrustRecord.none(tenant));
      Optional<Ceremony> open =
          record.open().filter(ceremony -> request(state, ceremony, role).isPresent());
      if (open.isEmpty()) {
        return alreadyPublished(role, submitted, state);
      }
      SigningRequest<?> request = request(state, open.get(), role).orElseThrow();
      submitted.requireSame(request, published(state, role));
      Ceremony signed = open.get();
      if (!isPublished(state, request.metadata().signed())) {
        SigningRequest<?> complete = signed(request, submitted, published(state, role), now);
        signed = with(signed, complete);
        Map<String, String> facts = facts(signed, state);
        boolean changed =
            complete.metadata().signatures().size() > request.metadata().signatures().size();
        // What is complete is to be renewed even if this stops before it is closed.
        Optional<Instant> renewAt = isComplete(state, signed) ? Optional.of(now) : Optional.empty();
        if (changed) {
          if (!store.put(record.with(signed), renewAt, audit(caller, "trust.signed", now, facts))) {
            continue;
          }
          record = new TrustRecord(tenant, Optional.of(signed), record.version() + 1);
        }
      }
      return publish(caller, record, signed, now);
    }
    throw RepositoryProblem.CEREMONY_CHANGED.with();
  }

  /// Who sends again what is published already, since the first answer was lost, is told so.
  private static Progress alreadyPublished(
      String role, Submitted submitted, Optional<RepositoryState> state) {
    Optional<Metadata<?>> published =
        state.map(
            current ->
                role.equals(RoleName.ROOT)
                    ? current.root()
                    : Optional.ofNullable(current.targets().get(RoleName.TARGETS)).orElseThrow());
    if (published.filter(document -> submitted.isOver(document)).isEmpty()) {
      throw RepositoryProblem.CEREMONY_NOT_OPEN.with("role", role);
    }
    return new Progress(
        true,
        List.of(
            document(
                role.equals(RoleName.ROOT)
                    ? rootRequest(state, state.orElseThrow().root())
                    : targetsRequest(state, Optional.empty(), targetsOf(state.orElseThrow())),
                true)),
        Map.of());
  }

  private static SigningRequest<?> signed(
      SigningRequest<?> request, Submitted submitted, long published, Instant now) {
    SigningRequest<?> result = request;
    for (RoleSignature signature : submitted.signatures()) {
      result =
          switch (result.submit(signature, published, now)) {
            case SigningRequest.Submission.Accepted<?>(SigningRequest<?> next) -> next;
            case SigningRequest.Submission.Refused<?> refused ->
                afterRefusal(result, signature, refused.reason(), published);
          };
    }
    return result;
  }

  private static SigningRequest<?> afterRefusal(
      SigningRequest<?> request,
      RoleSignature signature,
      SigningRequest.Submission.Reason reason,
      long published) {
    Role role = request.metadata().signed();
    return switch (reason) {
      case ALREADY_SIGNED -> request;
      case UNKNOWN_KEY ->
          throw RepositoryProblem.CEREMONY_KEY_UNKNOWN.with(
              "role", request.role(), "keyid", signature.keyId());
      case INVALID_SIGNATURE ->
          throw RepositoryProblem.CEREMONY_SIGNATURE_INVALID.with(
              "keyid", signature.keyId(), "role", request.role(), "digest", request.digest());
      case STALE ->
          throw RepositoryProblem.CEREMONY_STALE.with(
              "role", request.role(), "version", role.version(), "published", published);
      case EXPIRED ->
          throw RepositoryProblem.CEREMONY_EXPIRED.with(
              "role", request.role(), "expires_at", role.expires());
    };
  }

  /// Publishes what is complete, targets before a root that would no longer trust the old ones.
  private Progress publish(Caller caller, TrustRecord record, Ceremony open, Instant now) {
    TufRepository repository = repositories.of(caller.tenant());
    Optional<RepositoryState> before = repository.head();
    boolean all = before.isEmpty() ? begin(repository, open, now) : goOn(repository, open, now);
    Optional<RepositoryState> state = repository.head();
    if (all) {
      String action = before.isEmpty() ? "trust.begun" : "trust.published";
      AuditEvent audit = audit(caller, action, now, facts(open, state));
      // Where somebody else closes it at the same moment, it is closed.
      store.put(record.closed(), Optional.of(now), audit);
    }
    return progress(state, Optional.of(open), Map.of());
  }

  private static boolean begin(TufRepository repository, Ceremony open, Instant now) {
    Optional<RepositoryState> nothing = Optional.empty();
    Optional<Metadata<Root>> root =
        open.root().flatMap(document -> rootRequest(nothing, document).assembled());
    Optional<Metadata<Targets>> targets =
        open.targets()
            .flatMap(document -> targetsRequest(nothing, open.root(), document).assembled());
    if (root.isEmpty() || targets.isEmpty()) {
      return false;
    }
    Outcome outcome = repository.begin(root.get(), targets.get(), now);
    if (outcome instanceof Outcome.Refused(Outcome.Reason reason, String detail)
        && reason == Outcome.Reason.ALREADY_BEGUN
        && isPublished(repository.head(), root.get().signed())) {
      return true;
    }
    demand(outcome);
    return true;
  }

  private static boolean goOn(TufRepository repository, Ceremony open, Instant now) {
    boolean targetsDone = true;
    if (open.targets().isPresent()) {
      Optional<RepositoryState> state = repository.head();
      Metadata<Targets> document = open.targets().get();
      if (!isPublished(state, document.signed())) {
        Optional<Metadata<Targets>> assembled =
            targetsRequest(state, open.root(), document).assembled();
        assembled.ifPresent(complete -> demand(repository.publishTargets(complete, now)));
        targetsDone = assembled.isPresent();
      }
    }
    if (open.root().isEmpty()) {
      return targetsDone;
    }
    Optional<RepositoryState> state = repository.head();
    Metadata<Root> document = open.root().get();
    if (isPublished(state, document.signed())) {
      return targetsDone;
    }
    Optional<Metadata<Root>> assembled = rootRequest(state, document).assembled();
    if (assembled.isEmpty()) {
      return false;
    }
    Outcome outcome = repository.publishRoot(assembled.get(), TufRepository.Continuity.KEEP, now);
    boolean waits =
        outcome instanceof Outcome.Refused(Outcome.Reason reason, String detail)
            && reason == Outcome.Reason.BREAKS_CONTINUITY
            && !targetsDone;
    if (!waits) {
      demand(outcome);
    }
    return targetsDone && !waits;
  }

  private static void demand(Outcome outcome) {
    switch (outcome) {
      case Outcome.Published published -> {}
      case Outcome.Unchanged unchanged -> {}
      case Outcome.Refused refused -> throw RefusedOutcome.problem(refused);
      case Outcome.Contended contended -> throw RepositoryProblem.REPOSITORY_BUSY.with();
    }
  }

  // ---- what is asked of whom

  private static Optional<? extends SigningRequest<?>> request(
      Optional<RepositoryState> state, Ceremony ceremony, String role) {
    return role.equals(RoleName.ROOT)
        ? ceremony.root().map(document -> rootRequest(state, document))
        : ceremony.targets().map(document -> targetsRequest(state, ceremony.root(), document));
  }

  private static SigningRequest<Root> rootRequest(
      Optional<RepositoryState> state, Metadata<Root> document) {
    return SigningRequest.root(state.map(published -> published.root().signed()), document);
  }

  /// A root to come counts where it gives targets other keys: both must have signed then.
  private static SigningRequest<Targets> targetsRequest(
      Optional<RepositoryState> state,
      Optional<Metadata<Root>> ceremonyRoot,
      Metadata<Targets> document) {
    Optional<Root> upcoming = ceremonyRoot.map(Metadata::signed);
    if (state.isEmpty()) {
      return SigningRequest.targets(upcoming.orElseThrow(), Optional.empty(), document);
    }
    Root current = state.get().root().signed();
    return SigningRequest.targets(
        current,
        upcoming.filter(
            root ->
                root.version() > current.version()
                    && !root.role(RoleName.TARGETS).equals(current.role(RoleName.TARGETS))),
        document);
  }

  private static boolean isComplete(Optional<RepositoryState> state, Ceremony ceremony) {
    return ceremony.root().stream()
            .allMatch(document -> rootRequest(state, document).assembled().isPresent())
        && ceremony.targets().stream()
            .allMatch(
                document ->
                    targetsRequest(state, ceremony.root(), document).assembled().isPresent());
  }

  /// The ceremony with what a request of it has become.
  private static Ceremony with(Ceremony ceremony, SigningRequest<?> request) {
    Metadata<?> metadata = request.metadata();
    return switch (metadata.signed()) {
      case Root root ->
          ceremony.withRoot(new Metadata<>(root, metadata.signatures(), metadata.document()));
      case Targets targets ->
          ceremony.withTargets(new Metadata<>(targets, metadata.signatures(), metadata.document()));
      default -> throw new IllegalStateException("a ceremony is about root and targets");
    };
  }

  private static Metadata<Targets> targetsOf(RepositoryState state) {
    return Optional.ofNullable(state.targets().get(RoleName.TARGETS)).orElseThrow();
  }

  private static boolean isPublished(Optional<RepositoryState> state, Role signed) {
    return state
        .filter(
            current ->
                current.root().signed().json().equals(signed.json())
                    || targetsOf(current).signed().json().equals(signed.json()))
        .isPresent();
  }

  private static long published(Optional<RepositoryState> state, String role) {
    return state
        .map(
            current ->
                role.equals(RoleName.ROOT)
                    ? current.root().signed().version()
                    : targetsOf(current).signed().version())
        .orElse(0L);
  }

  // ---- what people see

  private static Progress progress(
      Optional<RepositoryState> state, Optional<Ceremony> open, Map<String, String> keyIds) {
    List<Document> documents = new ArrayList<>();
    for (String role : List.of(RoleName.ROOT, RoleName.TARGETS)) {
      open.flatMap(ceremony -> request(state, ceremony, role))
          .ifPresent(
              request ->
                  documents.add(
                      document(request, isPublished(state, request.metadata().signed()))));
    }
    return new Progress(state.isPresent(), documents, keyIds);
  }

  private static Document document(SigningRequest<?> request, boolean published) {
    Role role = request.metadata().signed();
    return new Document(
        request.role(),
        role.version(),
        role.expires(),
        request.digest(),
        request.metadata().document(),
        request.signers(),
        published ? List.of() : request.missing(),
        published);
  }

  private static Map<String, String> facts(Ceremony ceremony, Optional<RepositoryState> state) {
    Map<String, String> facts = new TreeMap<>();
    for (String role : List.of(RoleName.ROOT, RoleName.TARGETS)) {
      request(state, ceremony, role)
          .ifPresent(
              request -> {
                facts.put(role + "_version", String.valueOf(request.metadata().signed().version()));
                facts.put(role + "_digest", request.digest());
                facts.put(role + "_signers", String.join(" ", request.signers()));
              });
    }
    return facts;
  }

  private AuditEvent audit(Caller caller, String action, Instant now, Map<String, String> facts) {
    return new AuditEvent(
        ids.next(),
        caller.tenant(),
        now,
        "user:" + caller.user(),
        action,
        "repository",
        new TreeMap<>(facts));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }
}
