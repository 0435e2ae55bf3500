package io.firmament.platform.registry;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.Ids;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.RegistryId;
import io.firmament.base.Secret;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.rollout.Invalid;
import io.firmament.platform.secret.Envelope;
import io.firmament.platform.secret.Sealed;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an operator does with container registries.
public final class Registries {
  /// How many tags one import takes.
  public static final int MOST_IMPORTED = 20;

  private static final int MAX_SECRET = 8_192;
  private static final Duration LISTS_KEPT = Duration.ofSeconds(30);

  private final RegistryStore store;
  private final Envelope envelope;
  private final Shared shared;
  private final ContainerImport imports;
  private final Clock clock;
  private final Ids ids;

  /// What operations of one process share: how they reach registries, and what these said lately.
  /// Nothing of it is of one tenant and found by another.
  public static final class Shared {
    private static final int MOST_KEPT = 500;
    private static final int MOST_LISTS = 20;

    private final RegistryTransport transport;
    private final Reach reach;
    private final CloudLogin aws;
    private final Recent<RegistryClient.TokenKey, Secret> tokens = new Recent<>(MOST_KEPT);
    private final Recent<Logins.Key, Login> logins = new Recent<>(MOST_KEPT);
    private final Recent<RegistryClient.TokenKey, RegistryClient.Listing> lists =
        new Recent<>(MOST_LISTS);

    /// @param reach as the transport has it
    public Shared(RegistryTransport transport, Reach reach, CloudLogin aws) {
      this.transport = transport;
      this.reach = reach;
      this.aws = aws;
    }

    private boolean plain(RegistryHost host) {
      return host.name().equals("localhost")
          ? reach == Reach.LOCAL
          : host.literal().filter(reach::plain).isPresent();
    }
  }

  public Registries(
      RegistryStore store,
      Envelope envelope,
      Shared shared,
      ContainerImport imports,
      Clock clock,
      Ids ids) {
    this.store = store;
    this.envelope = envelope;
    this.shared = shared;
    this.imports = imports;
    this.clock = clock;
    this.ids = ids;
  }

  /// How somebody wants a registry to be logged in to; what does not belong to the provider is
  /// null.
  public record Credentials(
      String provider,
      @Nullable String username,
      @Nullable Secret password,
      @Nullable String role,
      @Nullable Secret serviceAccountKey) {}

  /// An access, and the secret that belongs to it.
  private record Checked(Access access, Optional<Secret> secret) {}

  // ---- connections

  /// Connects a registry. It is not asked anything: that is what [#check] is for.
  public Registry create(Caller caller, String host, String label, Credentials credentials) {
    RegistryHost at = RegistryHost.parse(host);
    at.literal()
        .flatMap(shared.reach::objection)
        .ifPresent(
            kind -> {
              throw RegistryProblem.REGISTRY_ADDRESS_REFUSED.with("host", at, "kind", kind);
            });
    Checked checked = checked(at, credentials);
    RegistryId id = new RegistryId(ids.next());
    Instant now = now();
    Registry registry =
        new Registry(
            caller.tenant(),
            id,
            at,
            label.strip(),
            checked.access(),
            sealed(caller.tenant(), id, checked),
            caller.user(),
            now,
            now,
            1);
    if (!store.add(registry, audit(caller, registry, "registry.connected", now))) {
      throw RegistryProblem.REGISTRY_EXISTS.with("host", at);
    }
    return registry;
  }

  public Page<Registry> list(TenantId tenant, PageRequest page) {
    return store.list(tenant, page);
  }

  /// How many registries [#list] lists; more than [RegistryStore#COUNTED] are not counted.
  public long count(TenantId tenant) {
    return store.count(tenant);
  }

  public Registry get(TenantId tenant, RegistryId id) {
    return store
        .find(tenant, id)
        .orElseThrow(() -> RegistryProblem.REGISTRY_NOT_FOUND.with("id", id));
  }

  /// Changes the label, or the credentials, or both; what is empty stays.
  public Registry change(
      Caller caller, RegistryId id, Optional<String> label, Optional<Credentials> credentials) {
    Registry known = get(caller.tenant(), id);
    Optional<Checked> checked = credentials.map(given -> checked(known.host(), given));
    Instant now = now();
    Registry changed =
        new Registry(
            known.tenant(),
            known.id(),
            known.host(),
            label.map(String::strip).orElse(known.label()),
            checked.map(Checked::access).orElse(known.access()),
            checked.isPresent() ? sealed(known.tenant(), id, checked.get()) : known.sealed(),
            known.createdBy(),
            known.createdAt(),
            checked.isPresent() ? now : known.changedAt(),
            known.version());
    String action = checked.isPresent() ? "registry.credentials_changed" : "registry.changed";
    if (!store.replace(changed, audit(caller, changed, action, now))) {
      throw RegistryProblem.REGISTRY_CHANGED.with("id", id);
    }
    return changed;
  }

  /// Takes a connection away. What was imported from there stays published.
  public void delete(Caller caller, RegistryId id) {
    Registry known = get(caller.tenant(), id);
    if (!store.remove(known, audit(caller, known, "registry.disconnected", now()))) {
      throw RegistryProblem.REGISTRY_CHANGED.with("id", id);
    }
  }

  private static Checked checked(RegistryHost host, Credentials given) {
    return switch (given.provider()) {
      case Access.Password.PROVIDER -> password(given);
      case Access.AwsRole.PROVIDER -> role(host, given);
      case Access.ServiceAccount.PROVIDER -> serviceAccount(host, given);
      case Access.Anonymous.PROVIDER -> anonymous(given);
      default ->
          throw Invalid.field(
              "provider",
              "must be one of "
                  + String.join(
                      ", ",
                      Access.Anonymous.PROVIDER,
                      Access.Password.PROVIDER,
                      Access.AwsRole.PROVIDER,
                      Access.ServiceAccount.PROVIDER));
    };
  }

  private static Checked password(Credentials given) {
    only(given, given.role() == null && given.serviceAccountKey() == null);
    Secret secret = given.password();
    if (secret == null || secret.reveal().isEmpty()) {
      throw Invalid.field("password", "is missing");
    }
    Invalid.unless(
        secret.reveal().length() <= MAX_SECRET
            && secret.reveal().chars().noneMatch(Character::isISOControl),
        "password",
        "has at most " + MAX_SECRET + " characters, none of control");
    String username = given.username() == null ? "" : given.username();
    return new Checked(new Access.Password(username), Optional.of(secret));
  }

  private static Checked role(RegistryHost host, Credentials given) {
    boolean bare = given.username() == null && given.password() == null;
    only(given, bare && given.serviceAccountKey() == null);
    Access.AwsRole.place(host);
    String role = given.role() == null ? "" : given.role();
    return new Checked(new Access.AwsRole(role), Optional.empty());
  }

  private static Checked serviceAccount(RegistryHost host, Credentials given) {
    boolean bare = given.username() == null && given.password() == null;
    only(given, bare && given.role() == null);
    Access.ServiceAccount.requireGoogle(host);
    Secret json = given.serviceAccountKey();
    if (json == null) {
      throw Invalid.field("service_account_key", "is missing");
    }
    return new Checked(
        new Access.ServiceAccount(ServiceAccountKey.parse(json).email()), Optional.of(json));
  }

  private static Checked anonymous(Credentials given) {
    boolean bare = given.username() == null && given.password() == null;
    only(given, bare && given.role() == null && given.serviceAccountKey() == null);
    return new Checked(new Access.Anonymous(), Optional.empty());
  }

  private static void only(Credentials given, boolean nothingElse) {
    Invalid.unless(
        nothingElse, "provider", "`" + given.provider() + "` does not take all of these fields");
  }

  private @Nullable Sealed sealed(TenantId tenant, RegistryId id, Checked checked) {
    return checked
        .secret()
        .map(secret -> envelope.seal(secret, Registry.context(tenant, id)))
        .orElse(null);
  }

  // ---- what a registry says

  /// How a login went.
  ///
  /// @param problem what is wrong; empty where nothing is
  public record Check(Optional<ProblemException> problem) {}

  /// Tries to log in. What is wrong is the answer, and no refusal.
  public Check check(TenantId tenant, RegistryId id) {
    Registry registry = get(tenant, id);
    try {
      client(registry).ping();
      return new Check(Optional.empty());
    } catch (ProblemException e) {
      return new Check(Optional.of(e));
    }
  }

  /// A part of a list that a registry has.
  ///
  /// @param total how many names were read
  /// @param clipped whether the registry has more than were read
  public record Names(Page<String> page, int total, boolean clipped) {}

  /// The repositories by name; empty where the registry has no catalogue for this connection.
  public Optional<Names> repositories(TenantId tenant, RegistryId id, PageRequest page) {
    Registry registry = get(tenant, id);
    RegistryClient.TokenKey key = key(registry, RegistryClient.CATALOGUE);
    Optional<RegistryClient.Listing> known = shared.lists.find(key, clock.instant());
    Optional<RegistryClient.Listing> found = known;
    if (known.isEmpty()) {
      found =
          client(registry)
              .repositories()
              .map(
                  all ->
                      new RegistryClient.Listing(
                          all.names().stream().distinct().sorted().toList(), all.clipped()));
      found.ifPresent(all -> shared.lists.put(key, all, clock.instant().plus(LISTS_KEPT)));
    }
    return found.map(all -> cut(all, page, Comparator.naturalOrder()));
  }

  /// The tags of a repository, those first that are likely the newest.
  public Names tags(TenantId tenant, RegistryId id, String repository, PageRequest page) {
    Registry registry = get(tenant, id);
    RepositoryName name = RepositoryName.parse(registry.host(), repository);
    RegistryClient.TokenKey key = key(registry, name.value());
    RegistryClient.Listing all =
        shared
            .lists
            .find(key, clock.instant())
            .orElseGet(
                () -> {
                  RegistryClient.Listing read = client(registry).tags(name);
                  List<String> tags = read.names().stream().distinct().toList();
                  RegistryClient.Listing sorted =
                      new RegistryClient.Listing(TagOrder.sorted(tags), read.clipped());
                  shared.lists.put(key, sorted, clock.instant().plus(LISTS_KEPT));
                  return sorted;
                });
    return cut(all, page, new TagOrder());
  }

  /// An image with its platforms and what refers to it.
  public Image image(TenantId tenant, RegistryId id, String repository, String tag) {
    Registry registry = get(tenant, id);
    RepositoryName name = RepositoryName.parse(registry.host(), repository);
    return new Images(registry.host(), client(registry)).describe(name, new Tag(tag));
  }

  // ---- import

  /// What somebody wants to import.
  ///
  /// @param name of the artifact; null for the last part of the repository
  /// @param version of the artifact, where there is one tag; null for the tag
  /// @param fleets empty for the default one
  public record Wish(
      String repository,
      List<String> tags,
      @Nullable String name,
      @Nullable String version,
      List<String> fleets) {
    public Wish {
      tags = List.copyOf(tags);
      fleets = List.copyOf(fleets);
    }
  }

  /// What became of one tag.
  ///
  /// @param problem why it was not published; empty where it was
  public record Imported(
      ContainerImport.Pinned pinned,
      Optional<ContainerImport.Outcome> outcome,
      Optional<ProblemException> problem) {}

  /// Pins each tag to its digest and publishes it as an artifact. All tags are read before the
  /// first is published: one that is not there refuses all. Of those that are published one after
  /// the other each has an end of its own.
  public List<Imported> importImages(Caller caller, RegistryId id, Wish wish) {
    Registry registry = get(caller.tenant(), id);
    caller.require(Permission.REGISTRIES_READ);
    caller.require(Permission.ARTIFACTS_WRITE);
    Invalid.unless(!wish.tags().isEmpty(), "tags", "names no tag");
    Invalid.unless(
        wish.tags().size() <= MOST_IMPORTED, "tags", "names at most " + MOST_IMPORTED + " tags");
    Invalid.unless(
        wish.version() == null || wish.tags().size() == 1,
        "version",
        "is for one tag; of several each has its tag as version");
    Invalid.unless(
        new HashSet<>(wish.tags()).size() == wish.tags().size(), "tags", "names a tag twice");
    RepositoryName repository = RepositoryName.parse(registry.host(), wish.repository());
    List<FleetName> fleets = wish.fleets().stream().map(FleetName::new).toList();
    Images images = new Images(registry.host(), client(registry));
    List<ContainerImport.Pinned> all = new ArrayList<>();
    for (Tag tag : wish.tags().stream().map(Tag::new).toList()) {
      Image image = images.resolve(repository, tag);
      all.add(
          new ContainerImport.Pinned(
              wish.name() == null ? repository.last() : wish.name(),
              wish.version() == null ? tag.value() : wish.version(),
              fleets,
              image,
              tag,
              images.sbom(repository, image)));
    }
    return all.stream().map(pinned -> published(caller, pinned)).toList();
  }

  private Imported published(Caller caller, ContainerImport.Pinned pinned) {
    try {
      return new Imported(pinned, Optional.of(imports.publish(caller, pinned)), Optional.empty());
    } catch (ProblemException e) {
      return new Imported(pinned, Optional.empty(), Optional.of(e));
    }
  }

  // ---- parts

  private RegistryClient client(Registry registry) {
    Logins logins = new Logins(envelope, shared.aws, shared.transport, shared.logins, clock);
    return new RegistryClient(
        registry,
        logins.of(registry),
        new RegistryClient.Wire(shared.transport, shared::plain, shared.tokens, clock));
  }

  private static RegistryClient.TokenKey key(Registry registry, String list) {
    return new RegistryClient.TokenKey(registry.id(), registry.version(), list);
  }

  /// A page of sorted names. A cursor is the last name before it, which may be gone.
  private static Names cut(RegistryClient.Listing all, PageRequest page, Comparator<String> order) {
    List<String> names = all.names();
    int from = page.offset();
    if (page.cursor().isPresent()) {
      String last = open(page.cursor().get());
      from = 0;
      while (from < names.size() && order.compare(names.get(from), last) <= 0) {
        from++;
      }
    }
    from = Math.min(from, names.size());
    int to = Math.min(from + page.limit(), names.size());
    List<String> items = names.subList(from, to);
    Optional<Cursor> next =
        to < names.size() ? Optional.of(seal(items.getLast())) : Optional.empty();
    return new Names(new Page<>(items, next), names.size(), all.clipped());
  }

  private static Cursor seal(String name) {
    return new Cursor(
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(name.getBytes(StandardCharsets.UTF_8)));
  }

  private static String open(Cursor cursor) {
    try {
      String name =
          new String(Base64.getUrlDecoder().decode(cursor.value()), StandardCharsets.UTF_8);
      if (!name.isEmpty() && name.length() <= 256) {
        return name;
      }
    } catch (IllegalArgumentException e) {
      // Not one of ours, as below.
    }
    throw BaseProblem.INVALID_CURSOR.with();
  }

  private AuditEvent audit(Caller caller, Registry registry, String action, Instant now) {
    SortedMap<String, String> facts = new TreeMap<>();
    facts.put("host", registry.host().value());
    facts.put("provider", registry.access().provider());
    return new AuditEvent(
        ids.next(),
        caller.tenant(),
        now,
        "user:" + caller.user(),
        action,
        "registry:" + registry.id(),
        facts);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
