package io.firmament.platform.artifact;

import io.firmament.base.AnalysisId;
import io.firmament.base.ArtifactId;
import io.firmament.base.BaseProblem;
import io.firmament.base.FirmwareId;
import io.firmament.base.Ids;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareProblem;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.PresignedParts;
import io.firmament.platform.firmware.PresignedUpload;
import io.firmament.platform.firmware.Product;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.identity.AnalysisConfiguration;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroup;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// What an operator does with artifacts.
public final class Artifacts {
  /// Larger images of analysed firmware are published by [#complete] alone, which may take as long
  /// as it takes.
  static final long AT_ONCE = 32L << 20;

  private static final Duration UPLOAD_VALIDITY = Duration.ofHours(24);
  private static final Duration REQUEST_VALIDITY = Duration.ofHours(1);

  /// Larger files are sent in parts, unless the caller says otherwise.
  private static final long SINGLE = 100L << 20;

  private static final long USUAL_PART = 16L << 20;

  /// So that all requests fit into one answer.
  private static final long MAX_PARTS = 1_000;

  private final ArtifactStore store;
  private final Publishing publishing;
  private final ArtifactAnalyses analyses;
  private final Outside outside;
  private final Clock clock;
  private final Ids ids;

  /// What else there is.
  ///
  /// @param artifacts the bucket that SBOMs are kept in
  public record Outside(
      IdentityStore identity,
      FirmwareStore firmware,
      AnalysedImages images,
      ObjectStore artifacts,
      ObjectStore uploads) {}

  public Artifacts(
      ArtifactStore store,
      Publishing publishing,
      ArtifactAnalyses analyses,
      Outside outside,
      Clock clock,
      Ids ids) {
    this.store = store;
    this.publishing = publishing;
    this.analyses = analyses;
    this.outside = outside;
    this.clock = clock;
    this.ids = ids;
  }

  /// A new artifact, and how its file is to be sent where it is to be sent.
  public record Created(Artifact artifact, Optional<Sending> upload) {}

  /// The requests that send a file.
  public sealed interface Sending {
    record Whole(PresignedUpload request) implements Sending {}

    record Parts(PresignedParts requests) implements Sending {}
  }

  /// Creates an artifact. What comes with the request is published at once, and so is an analysed
  /// firmware that is not large; everything else is once [#complete] is called.
  ///
  /// @throws ProblemException where another has the name and version, or the firmware is unknown,
  ///     not analysed or not kept any more; and all that [#complete] throws
  public Created create(Caller caller, Wish wish) {
    if (store.find(caller.tenant(), wish.ref()).isPresent()) {
      throw ArtifactProblem.ARTIFACT_EXISTS.with("artifact", wish.ref());
    }
    return switch (wish.origin()) {
      case Wish.Origin.Inline inline -> inline(caller, wish, inline);
      case Wish.Origin.Analysed analysed -> analysed(caller, wish, analysed);
      case Wish.Origin.Upload upload -> upload(caller, wish, upload);
    };
  }

  private Created inline(Caller caller, Wish wish, Wish.Origin.Inline inline) {
    publishing.requireRepository(caller.tenant());
    ArtifactId id = new ArtifactId(ids.next());
    String source = ArtifactKeys.incoming(caller.tenant(), id);
    outside.uploads().write(source, "application/octet-stream", inline.content());
    Content content =
        new Content(
            inline.fileName(), inline.content().length, Sha256.of(inline.content()), source);
    add(caller, wish, id, content, Optional.empty());
    return new Created(complete(caller, id), Optional.empty());
  }

  private Created analysed(Caller caller, Wish wish, Wish.Origin.Analysed analysed) {
    Firmware firmware =
        outside
            .firmware()
            .find(caller.tenant(), analysed.firmware())
            .filter(found -> caller.may(Permission.FIRMWARE_VIEW, found.productGroup()))
            .orElseThrow(() -> noFirmware(analysed.firmware().toString()));
    ImageAnalysis image =
        outside
            .images()
            .find(firmware)
            .orElseThrow(
                () ->
                    FirmwareProblem.ANALYSIS_NOT_FINISHED.with(
                        "state",
                        firmware
                            .latestAnalysis()
                            .state()
                            .name()
                            .toLowerCase(java.util.Locale.ROOT)));
    if (outside.uploads().find(firmware.objectKey()).isEmpty()) {
      throw ArtifactProblem.ARTIFACT_IMAGE_GONE.with("firmware", firmware.id());
    }
    publishing.requireRepository(caller.tenant());
    Content content =
        new Content(
            analysed.fileName(), firmware.sizeBytes(), image.sha256(), firmware.objectKey());
    ArtifactId id = new ArtifactId(ids.next());
    Artifact artifact =
        add(caller, wish, id, content, Optional.of(Artifact.Image.of(firmware.id())));
    analyses.record(image);
    return new Created(
        content.length() <= AT_ONCE ? complete(caller, id) : publishing.get(artifact.tenant(), id),
        Optional.empty());
  }

  private Created upload(Caller caller, Wish wish, Wish.Origin.Upload upload) {
    ArtifactId id = new ArtifactId(ids.next());
    Optional<Upload> image = upload.firmware().map(submission -> submit(caller, wish, submission));
    String source =
        image
            .map(each -> ObjectKeys.firmware(each.tenant(), each.id()))
            .orElseGet(() -> ArtifactKeys.incoming(caller.tenant(), id));
    Content content = new Content(upload.fileName(), upload.length(), upload.sha256(), source);
    Artifact artifact =
        add(caller, wish, id, content, image.map(each -> Artifact.Image.of(each.firmware())));
    return new Created(artifact, Optional.of(sending(artifact, upload.partSize())));
  }

  /// The image of a firmware arrives where images to analyse do: one upload serves both.
  private Upload submit(Caller caller, Wish wish, Wish.Submission submission) {
    Instant now = clock.instant();
    TenantId tenant = caller.tenant();
    ProductGroupId group =
        submission.group().map(id -> group(caller, id)).orElseGet(() -> defaultGroup(tenant));
    Product product =
        outside
            .firmware()
            .ensureProduct(
                new Product(
                    tenant,
                    new ProductId(ids.next()),
                    submission.vendor().strip(),
                    submission.product().strip(),
                    Optional.empty(),
                    now));
    Upload upload =
        new Upload(
            tenant,
            new UploadId(ids.next()),
            new FirmwareId(ids.next()),
            new AnalysisId(ids.next()),
            wish.ref().id(),
            Optional.of(wish.ref().version()),
            Optional.empty(),
            Optional.empty(),
            false,
            product.id(),
            group,
            named(
                    page -> outside.identity().listAnalysisConfigurations(tenant, page),
                    each -> each.name().equals(AnalysisConfiguration.DEFAULT_NAME))
                .map(AnalysisConfiguration::id),
            caller.user(),
            now,
            now.plus(UPLOAD_VALIDITY),
            Optional.empty());
    outside.firmware().createUpload(upload);
    return upload;
  }

  /// Who names a group must be allowed to upload to it; the default one takes whatever is
  /// published.
  private ProductGroupId group(Caller caller, ProductGroupId id) {
    if (outside.identity().findProductGroup(caller.tenant(), id).isEmpty()
        || !(caller.may(Permission.FIRMWARE_UPLOAD, id)
            || caller.may(Permission.FIRMWARE_VIEW, id))) {
      throw noProductGroup(id.toString());
    }
    if (!caller.may(Permission.FIRMWARE_UPLOAD, id)) {
      throw BaseProblem.MISSING_PERMISSION.with("permission", Permission.FIRMWARE_UPLOAD.id());
    }
    return id;
  }

  private ProductGroupId defaultGroup(TenantId tenant) {
    return named(
            page -> outside.identity().listProductGroups(tenant, page),
            each -> each.name().equals(ProductGroup.DEFAULT_NAME))
        .map(ProductGroup::id)
        .orElseThrow(
            () ->
                BaseProblem.INVALID_FIELD.with(
                    "field", "product_group_id", "detail", "is missing"));
  }

  private static <T> Optional<T> named(
      Function<PageRequest, Page<T>> list, java.util.function.Predicate<T> wanted) {
    PageRequest request = new PageRequest(PageRequest.MAX_LIMIT, Optional.empty());
    while (true) {
      Page<T> page = list.apply(request);
      Optional<T> found = page.items().stream().filter(wanted).findFirst();
      if (found.isPresent() || page.next().isEmpty()) {
        return found;
      }
      request = request.after(page.next().get());
    }
  }

  private Artifact add(
      Caller caller, Wish wish, ArtifactId id, Content content, Optional<Artifact.Image> image) {
    Instant now = now();
    Artifact artifact =
        new Artifact(
            caller.tenant(),
            id,
            wish.ref(),
            wish.manifest(),
            wish.fleets(),
            content,
            wish.terms(),
            Artifact.State.DRAFT,
            image,
            Optional.empty(),
            caller.user(),
            now,
            now,
            Optional.empty(),
            Optional.empty(),
            1);
    if (!store.add(
        artifact,
        Publishing.audit(
            ids, artifact, now, actor(caller), "artifact.created", artifact.summary()))) {
      throw ArtifactProblem.ARTIFACT_EXISTS.with("artifact", wish.ref());
    }
    return artifact;
  }

  /// New requests to send the file of a draft, in the place of those that have expired.
  ///
  /// @param partSize in how large parts; empty where the platform shall choose
  public Sending send(TenantId tenant, ArtifactId id, Optional<Long> partSize) {
    Artifact artifact = publishing.get(tenant, id);
    if (artifact.state() != Artifact.State.DRAFT) {
      throw Publishing.notInState(artifact, "a draft");
    }
    return sending(artifact, partSize);
  }

  private Sending sending(Artifact artifact, Optional<Long> partSize) {
    Content content = artifact.content();
    if (partSize.isEmpty() && content.length() <= SINGLE) {
      return new Sending.Whole(
          outside
              .uploads()
              .presign(content.source(), content.length(), content.sha256(), REQUEST_VALIDITY));
    }
    long part = Math.max(partSize.orElse(USUAL_PART), Math.ceilDiv(content.length(), MAX_PARTS));
    return new Sending.Parts(
        outside.uploads().presignParts(content.source(), content.length(), part, REQUEST_VALIDITY));
  }

  /// Publishes an artifact whose file has arrived, or goes on with what an earlier call began.
  ///
  /// @throws ProblemException see [Publishing#publish]
  public Artifact complete(Caller caller, ArtifactId id) {
    TenantId tenant = caller.tenant();
    Artifact published = publishing.publish(actor(caller), tenant, id);
    Optional<Firmware> unread =
        published
            .image()
            .filter(image -> image.analysis().isEmpty())
            .flatMap(image -> outside.firmware().find(tenant, image.firmware()));
    unread.flatMap(outside.images()::find).ifPresent(analyses::record);
    return unread.isPresent() ? publishing.get(tenant, id) : published;
  }

  /// Takes an artifact back: devices find it no more, and rollouts cannot be created with it. A
  /// draft is given up, and its name and version are free again.
  ///
  /// @param reason for the audit trail
  public Artifact withdraw(Caller caller, ArtifactId id, Optional<String> reason) {
    return publishing.withdraw(actor(caller), caller.tenant(), id, reason);
  }

  public Artifact get(TenantId tenant, ArtifactId id) {
    return publishing.get(tenant, id);
  }

  /// The artifacts, newest first.
  public Page<Artifact> list(TenantId tenant, ArtifactStore.Filter filter, PageRequest page) {
    return store.list(tenant, filter, page);
  }

  /// How many artifacts [#list] lists; more than [ArtifactStore#COUNTED] are not counted.
  public long count(TenantId tenant, ArtifactStore.Filter filter) {
    return store.count(tenant, filter);
  }

  /// Changes what is not signed.
  ///
  /// @param revision that the change is based on; empty where any will do
  public Artifact change(
      Caller caller, ArtifactId id, Terms.Change change, Optional<Long> revision) {
    Artifact artifact = publishing.get(caller.tenant(), id);
    requireRevision(artifact, revision);
    requireKept(artifact);
    SortedMap<String, String> facts = new TreeMap<>(change.facts());
    facts.put("artifact", artifact.ref().toString());
    return write(
        caller, artifact.with(artifact.terms().with(change), now()), "artifact.changed", facts);
  }

  /// Attaches an SBOM, in the place of one that was attached before.
  ///
  /// @param revision that the change is based on; empty where any will do
  public Artifact attach(
      Caller caller, ArtifactId id, Artifact.Sbom sbom, byte[] document, Optional<Long> revision) {
    Artifact artifact = publishing.get(caller.tenant(), id);
    requireRevision(artifact, revision);
    requireKept(artifact);
    outside
        .artifacts()
        .write(ArtifactKeys.sbom(caller.tenant(), id, sbom.sha256()), sbom.mediaType(), document);
    SortedMap<String, String> facts = new TreeMap<>();
    facts.put("artifact", artifact.ref().toString());
    facts.put("sha256", sbom.sha256().hex());
    facts.put("specification", sbom.specification());
    facts.put("components", String.valueOf(sbom.components()));
    return write(caller, artifact.with(sbom, now()), "artifact.sbom_attached", facts);
  }

  private static void requireKept(Artifact artifact) {
    if (!artifact.holdsName()) {
      throw Publishing.notInState(artifact, "one that was not given up");
    }
  }

  private static void requireRevision(Artifact artifact, Optional<Long> revision) {
    if (revision.filter(base -> base != artifact.revision()).isPresent()) {
      throw changed(artifact);
    }
  }

  private Artifact write(
      Caller caller, Artifact artifact, String action, SortedMap<String, String> facts) {
    if (!store.update(
        artifact,
        Publishing.audit(ids, artifact, artifact.changedAt(), actor(caller), action, facts))) {
      throw changed(artifact);
    }
    return artifact.stored();
  }

  private static ProblemException changed(Artifact artifact) {
    return ArtifactProblem.ARTIFACT_CHANGED.with("artifact", artifact.ref());
  }

  static ProblemException noFirmware(String id) {
    return BaseProblem.NOT_FOUND.with("what", "firmware " + id, "field", "firmware_id");
  }

  static ProblemException noProductGroup(String id) {
    return BaseProblem.NOT_FOUND.with("what", "product group " + id, "field", "product_group_id");
  }

  private static String actor(Caller caller) {
    return "user:" + caller.user();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
