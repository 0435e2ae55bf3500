package io.firmament.platform.trust;

import io.firmament.base.Ids;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.identity.Caller;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import io.firmament.tuf.repository.Director;
import io.firmament.tuf.repository.Outcome;
import io.firmament.tuf.repository.Publisher;
import io.firmament.tuf.repository.RepositoryState;
import io.firmament.tuf.repository.SigningRequest;
import io.firmament.tuf.repository.TufRepository;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// How a tenant's repository begins and how its offline roles go on: root and targets are prepared
/// here, signed elsewhere, and published when enough signatures have come in.
///
/// Every step may be repeated. Who prepares the same gets the same document; a signature that is in
/// already changes nothing; and where the platform stopped between the last signature and the
/// publication, the next submission of anything publishes.
///
/// Online keys change in ceremonies, too ([CeremonyKeys]): the documents name others, and what
/// continuity the change of root can have is seen when it is published.
public final class Ceremonies {
  private static final int ATTEMPTS = 8;
  private static final String BROKEN =
      "the key of freshness is gone, so root was published without it; devices could not update for"
          + " a moment";

  private final TrustStore store;
  private final CeremonyKeys keys;
  private final TenantRepositories repositories;
  private final CeremonyAudit audit;

  public Ceremonies(
      TrustStore store, OnlineKeys keys, TenantRepositories repositories, Clock clock, Ids ids) {
    this.store = store;
    this.repositories = repositories;
    this.audit = new CeremonyAudit(clock, ids);
    this.keys = new CeremonyKeys(store, keys, audit);
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
  /// @param notes what there is to know of keys that are gone, for people
  public record Progress(
      boolean begun, List<Document> documents, Map<String, String> keyIds, List<String> notes) {
    public Progress {
      documents = List.copyOf(documents);
      notes = List.copyOf(notes);
    }

    private Progress with(CeremonyKeys.Chosen chosen) {
      return new Progress(begun, documents, chosen.keyIds(), chosen.notes());
    }

    private Progress with(String note) {
      return new Progress(begun, documents, keyIds, List.of(note));
    }
  }

  /// Makes the online keys that are missing or wanted, and prepares the first or the next root and
  /// targets. Keys of fleets are replaced at once: no offline key signs for them.
  public Progress prepare(Caller caller, CeremonyWish wish) {
    TenantId tenant = caller.tenant();
    Optional<RepositoryState> state = repositories.of(tenant).head();
    require(wish, state.isPresent());
    CeremonyKeys.Chosen chosen = keys.choose(caller, wish, state);
    CeremonyKeys.refuseOnlineKeys(wish, chosen, state);
    Progress progress = prepared(caller, wish, state, chosen);
    // Last, since it cannot be asked for again: the key to be replaced is trusted no more then.
    state.ifPresent(published -> rekeyFleets(caller, chosen, published));
    return progress.with(chosen);
  }

  private Progress prepared(
      Caller caller,
      CeremonyWish wish,
      Optional<RepositoryState> state,
      CeremonyKeys.Chosen chosen) {
    TenantId tenant = caller.tenant();
    if (wish.documents().isEmpty()) {
      return progress(state, store.find(tenant).flatMap(TrustRecord::open));
    }
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Instant now = audit.now();
      TrustRecord record = store.find(tenant).orElse(TrustRecord.none(tenant));
      Ceremony wanted = draft(caller, wish, state, chosen, now);
      if (record.open().isPresent()) {
        Ceremony open = record.open().get();
        if (!open.isExpired(now) && open.asksForTheSameAs(wanted)) {
          return progress(state, record.open());
        }
        refuseToReplace(open, wish, state, now);
      }
      Map<String, String> facts = facts(wanted, state);
      facts.putAll(chosen.facts());
      AuditEvent event = audit.event(caller, "trust.prepared", facts);
      if (store.put(record.with(wanted), Optional.empty(), event)) {
        return progress(state, Optional.of(wanted));
      }
    }
    throw RepositoryProblem.CEREMONY_CHANGED.with();
  }

  private void rekeyFleets(Caller caller, CeremonyKeys.Chosen chosen, RepositoryState published) {
    for (OnlineRole role : chosen.replaced()) {
      role.fleet()
          .ifPresent(
              fleet -> {
                Root.Assignment assigned = chosen.assignment(role);
                recordRekey(caller, role, published, assigned);
                demand(
                    repositories.of(caller.tenant()).changeFleetKeys(fleet, assigned, audit.now()));
              });
    }
  }

  /// Before it is done: metadata that is published cannot be taken back where this stops.
  private void recordRekey(
      Caller caller, OnlineRole role, RepositoryState published, Root.Assignment assigned) {
    TenantId tenant = caller.tenant();
    Map<String, String> facts =
        Map.of(
            "role", role.id(),
            "from", String.join(" ", role.trustedIn(published)),
            "to", String.join(" ", assigned.roleKeys().keyIds()));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      TrustRecord record = store.find(tenant).orElse(TrustRecord.none(tenant));
      if (store.put(record, Optional.empty(), audit.event(caller, "trust.fleet_rekeyed", facts))) {
        return;
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
      CeremonyKeys.Chosen chosen,
      Instant now) {
    return new Ceremony(
        wish.documents().contains(RoleName.ROOT)
            ? Optional.of(Metadata.unsigned(root(wish, state, chosen, now)))
            : Optional.empty(),
        wish.documents().contains(RoleName.TARGETS)
            ? Optional.of(Metadata.unsigned(targets(caller.tenant(), state, chosen, now)))
            : Optional.empty(),
        now,
        caller.user());
  }

  private Root root(
      CeremonyWish wish, Optional<RepositoryState> state, CeremonyKeys.Chosen chosen, Instant now) {
    Root.Assignment freshness = chosen.assignment(OnlineRole.FRESHNESS);
    Map<String, Root.Assignment> roles = new LinkedHashMap<>();
    wish.root().ifPresent(assigned -> roles.put(RoleName.ROOT, assigned));
    wish.targets().ifPresent(assigned -> roles.put(RoleName.TARGETS, assigned));
    roles.put(RoleName.SNAPSHOT, freshness);
    roles.put(RoleName.TIMESTAMP, freshness);
    Instant expires = repositories.schedule().root().expiry(now);
    return state
        .map(published -> published.root().signed().next(expires, roles))
        .orElseGet(() -> Root.create(expires, roles));
  }

  private Targets targets(
      TenantId tenant, Optional<RepositoryState> state, CeremonyKeys.Chosen chosen, Instant now) {
    Root.Assignment publisher = chosen.assignment(OnlineRole.PUBLISHER);
    Root.Assignment director = chosen.assignment(OnlineRole.DIRECTOR);
    Instant expires = repositories.schedule().targets().expiry(now);
    return state
        .map(published -> nextTargets(tenant, published, expires, publisher, director))
        .orElseGet(() -> Publisher.firstTargets(expires, publisher, director));
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

  /// Where the open ceremony stands; no documents where none is open.
  public Progress progress(TenantId tenant) {
    return progress(repositories.of(tenant).head(), store.find(tenant).flatMap(TrustRecord::open));
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
      Instant now = audit.now();
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
          TrustRecord next = record.with(signed);
          if (!store.put(next, renewAt, audit.event(caller, "trust.signed", facts))) {
            continue;
          }
          record = next.stored();
        }
      }
      Optional<Progress> progress = publish(caller, record, signed, now);
      if (progress.isPresent()) {
        return progress.get();
      }
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
        Map.of(),
        List.of());
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

  /// Publishes what is complete.
  ///
  /// @return empty where somebody else changed the record before anything was published
  private Optional<Progress> publish(
      Caller caller, TrustRecord record, Ceremony open, Instant now) {
    TufRepository repository = repositories.of(caller.tenant());
    Optional<RepositoryState> before = repository.head();
    CeremonyPublication publication = new CeremonyPublication(repository, open, now);
    boolean breaks = before.isPresent() && publication.breaksContinuity();
    TrustRecord current = record;
    if (breaks) {
      // Before it is done: a root that is published cannot be taken back where this stops.
      AuditEvent event = audit.event(caller, "trust.continuity_broken", facts(open, before));
      if (!store.put(record.with(open), Optional.of(now), event)) {
        return Optional.empty();
      }
      current = record.with(open).stored();
    }
    boolean all = before.isEmpty() ? publication.begin() : publication.goOn(breaks);
    Optional<RepositoryState> state = repository.head();
    if (all) {
      String action = before.isEmpty() ? "trust.begun" : "trust.published";
      AuditEvent event = audit.event(caller, action, facts(open, state));
      // Where somebody else closes it at the same moment, it is closed.
      store.put(current.closed(), Optional.of(now), event);
    }
    Progress progress = progress(state, Optional.of(open));
    return Optional.of(breaks ? progress.with(BROKEN) : progress);
  }

  static void demand(Outcome outcome) {
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

  static SigningRequest<Root> rootRequest(
      Optional<RepositoryState> state, Metadata<Root> document) {
    return SigningRequest.root(state.map(published -> published.root().signed()), document);
  }

  /// A root to come counts where it gives targets other keys: both must have signed then.
  static SigningRequest<Targets> targetsRequest(
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

  static boolean isPublished(Optional<RepositoryState> state, Role signed) {
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

  private static Progress progress(Optional<RepositoryState> state, Optional<Ceremony> open) {
    List<Document> documents = new ArrayList<>();
    for (String role : List.of(RoleName.ROOT, RoleName.TARGETS)) {
      open.flatMap(ceremony -> request(state, ceremony, role))
          .ifPresent(
              request ->
                  documents.add(
                      document(request, isPublished(state, request.metadata().signed()))));
    }
    return new Progress(state.isPresent(), documents, Map.of(), List.of());
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
}
