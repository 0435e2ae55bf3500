package io.firmament.graphql;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.AnalysisId;
import io.firmament.base.BaseProblem;
import io.firmament.base.FirmwareId;
import io.firmament.base.Ids;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.Sha256;
import io.firmament.base.UploadId;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.PresignedParts;
import io.firmament.platform.firmware.PresignedUpload;
import io.firmament.platform.firmware.Product;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.identity.AnalysisConfiguration;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The fields of `upload.graphqls`.
final class UploadFields {
  private static final int NAME_LENGTH = 200;
  private static final int NOTES_LENGTH = 10_000;
  private static final Duration UPLOAD_VALIDITY = Duration.ofHours(24);
  private static final Duration REQUEST_VALIDITY = Duration.ofHours(1);

  /// S3 takes at most 5 GiB in one request and 5 TiB in all.
  private static final long MAX_REQUEST = 5L << 30;

  private static final long MAX_OBJECT = 5L << 40;

  private final FirmwareStore store;
  private final ObjectStore uploads;
  private final Optional<String> transferUrl;
  private final Ids ids;
  private final Clock clock;

  /// @param transferUrl scheme, host and port that take uploads; empty where the API's own do
  UploadFields(
      FirmwareStore store,
      ObjectStore uploads,
      Optional<String> transferUrl,
      Ids ids,
      Clock clock) {
    this.store = store;
    this.uploads = uploads;
    this.transferUrl = transferUrl;
    this.ids = ids;
    this.clock = clock;
  }

  /// The schema's `FirmwareUploadMetadata`.
  private record Prepared(UploadId id, String uploadUrl, Optional<PresignedUpload> presigned) {}

  /// The schema's `MultipartUpload`.
  private record Parts(UploadId id, PresignedParts parts) {}

  void register(FieldTable table) {
    table
        .type("Mutation", Scope.class)
        .fetch(
            "createFirmwareUpload",
            (_, arguments, scope) ->
                MutationRefusal.orAnswer(() -> create(scope, arguments.object("input"))))
        .fetch(
            "createMultipartUpload",
            (_, arguments, scope) ->
                MutationRefusal.orAnswer(() -> createParts(scope, arguments.object("input"))));
    table
        .type("FirmwareUploadMetadata", Prepared.class)
        .value("id", prepared -> prepared.id().toString())
        .value("uploadUrl", Prepared::uploadUrl)
        .value("presignedUpload", Prepared::presigned);
    table
        .type("MultipartUpload", Parts.class)
        .value("uploadId", parts -> parts.id().toString())
        .value("partSize", parts -> parts.parts().partSize())
        .value("parts", parts -> parts.parts().parts())
        .value("complete", parts -> parts.parts().complete())
        .value("abort", parts -> parts.parts().abort());
    registerTypes(table);
    table.abstractType("CreateFirmwareUploadResult");
    table.abstractType("CreateMultipartUploadResult");
  }

  private static void registerTypes(FieldTable table) {
    table
        .type("PresignedUpload", PresignedUpload.class)
        .value("url", request -> request.url().toString())
        .value("method", PresignedUpload::method)
        .value(
            "headers",
            request ->
                request.headers().entrySet().stream().sorted(Map.Entry.comparingByKey()).toList())
        .value("expiresAt", PresignedUpload::expiresAt);
    table
        .type("HttpHeader", Map.Entry.class)
        .value("name", entry -> entry.getKey())
        .value("value", entry -> entry.getValue());
  }

  private Object create(Scope scope, Arguments input) {
    Arguments firmware = input.object("firmware");
    Arguments product = input.object("product");
    ProductGroupId group = group(scope, input.object("productGroup").text("id"));
    MutationRefusal.Check check = new MutationRefusal.Check();
    check.text("firmware.name", firmware.text("name"), NAME_LENGTH);
    check.optionalText("firmware.version", firmware.findText("version"), NAME_LENGTH);
    check.optionalText("firmware.notes", firmware.findText("notes"), NOTES_LENGTH);
    check.text("product.name", product.text("name"), NAME_LENGTH);
    check.text("product.vendor", product.text("vendor"), NAME_LENGTH);
    check.optionalText("product.category", product.findText("category"), NAME_LENGTH);
    Optional<Long> size = size(check, firmware);
    Optional<Sha256> sha256 = sha256(check, firmware);
    Optional<AnalysisConfigurationId> configuration = configuration(check, scope, firmware);
    noLabels(check, firmware);
    check.refuseIfInvalid();
    Upload upload = store(scope.caller(), firmware, product, group, configuration);
    return new Prepared(upload.id(), uploadUrl(scope, upload), presign(upload, size, sha256));
  }

  private Upload store(
      Caller caller,
      Arguments firmware,
      Arguments product,
      ProductGroupId group,
      Optional<AnalysisConfigurationId> configuration) {
    Instant now = clock.instant();
    Product stored =
        store.ensureProduct(
            new Product(
                caller.tenant(),
                new ProductId(ids.next()),
                product.text("vendor").strip(),
                product.text("name").strip(),
                product.findText("category"),
                now));
    Upload upload =
        new Upload(
            caller.tenant(),
            new UploadId(ids.next()),
            new FirmwareId(ids.next()),
            new AnalysisId(ids.next()),
            firmware.text("name"),
            firmware.findText("version"),
            firmware.find("releaseDate", Instant.class),
            firmware.findText("notes"),
            firmware.findFlag("enableMonitoring").orElse(false),
            stored.id(),
            group,
            configuration,
            caller.user(),
            now,
            now.plus(UPLOAD_VALIDITY),
            Optional.empty());
    store.createUpload(upload);
    return upload;
  }

  private static ProductGroupId group(Scope scope, String id) {
    ProductGroupId group =
        ProductGroupId.parse(id)
            .filter(scope.reads().productGroups()::containsKey)
            .filter(scope::mayNameGroup)
            .orElseThrow(
                () ->
                    BaseProblem.NOT_FOUND.with(
                        "what", "product group", "field", "productGroup.id"));
    if (!scope.caller().may(Permission.FIRMWARE_UPLOAD, group)) {
      throw BaseProblem.MISSING_PERMISSION.with("permission", Permission.FIRMWARE_UPLOAD.id());
    }
    return group;
  }

  /// The configuration asked for, or the tenant's default one.
  private static Optional<AnalysisConfigurationId> configuration(
      MutationRefusal.Check check, Scope scope, Arguments firmware) {
    Map<AnalysisConfigurationId, AnalysisConfiguration> all =
        scope.reads().analysisConfigurations();
    Optional<String> asked = firmware.findText("analysisConfigurationId");
    if (asked.isEmpty()) {
      return all.values().stream()
          .filter(each -> each.name().equals(AnalysisConfiguration.DEFAULT_NAME))
          .map(AnalysisConfiguration::id)
          .findFirst();
    }
    Optional<AnalysisConfigurationId> known =
        AnalysisConfigurationId.parse(asked.get()).filter(all::containsKey);
    if (known.isEmpty()) {
      check.add(
          BaseProblem.NOT_FOUND.with(
              "what", "analysis configuration", "field", "firmware.analysisConfigurationId"));
    }
    return known;
  }

  /// The public client always sends the list; a label that would be lost is refused.
  private static void noLabels(MutationRefusal.Check check, Arguments firmware) {
    Optional<?> labels = firmware.find("labels", List.class);
    if (labels.filter(value -> value instanceof List<?> list && !list.isEmpty()).isPresent()) {
      check.invalid("firmware.labels", "labels are not stored yet; send none");
    }
  }

  private static Optional<Long> size(MutationRefusal.Check check, Arguments firmware) {
    Optional<Long> size = firmware.findNumber("size");
    if (size.isPresent() && (size.get() < 1 || size.get() > MAX_OBJECT)) {
      check.invalid("firmware.size", "must be from 1 byte to 5 TiB");
    }
    return size;
  }

  private static Optional<Sha256> sha256(MutationRefusal.Check check, Arguments firmware) {
    Optional<String> text = firmware.findText("sha256").map(hex -> hex.toLowerCase(Locale.ROOT));
    if (text.isPresent() && !text.get().matches("[0-9a-f]{64}")) {
      check.invalid("firmware.sha256", "must be 64 hexadecimal digits");
      return Optional.empty();
    }
    return text.map(Sha256::new);
  }

  private String uploadUrl(Scope scope, Upload upload) {
    return transferUrl.orElse(scope.baseUrl()) + "/api/upload-firmware/" + upload.id();
  }

  private Optional<PresignedUpload> presign(
      Upload upload, Optional<Long> size, Optional<Sha256> sha256) {
    if (size.isEmpty() || sha256.isEmpty() || size.get() > MAX_REQUEST) {
      return Optional.empty();
    }
    String key = ObjectKeys.firmware(upload.tenant(), upload.id());
    return Optional.of(uploads.presign(key, size.get(), sha256.get(), REQUEST_VALIDITY));
  }

  private Object createParts(Scope scope, Arguments input) {
    Upload upload =
        UploadId.parse(input.text("uploadId"))
            .flatMap(id -> store.findUpload(scope.caller().tenant(), id))
            .filter(found -> scope.caller().may(Permission.FIRMWARE_UPLOAD, found.productGroup()))
            .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "upload", "field", "uploadId"));
    upload.requireOpen(clock.instant());
    PartSize size = PartSize.of(input);
    String key = ObjectKeys.firmware(upload.tenant(), upload.id());
    return new Parts(
        upload.id(), uploads.presignParts(key, size.total(), size.part(), REQUEST_VALIDITY));
  }

  /// How a file is cut: into at most 1,000 parts, so that all of their requests fit into one
  /// answer.
  private record PartSize(long total, long part) {
    private static final long PARTS = 1_000;
    private static final long SMALLEST = 5L << 20;
    private static final long USUAL = 16L << 20;

    static PartSize of(Arguments input) {
      MutationRefusal.Check check = new MutationRefusal.Check();
      long total = input.findNumber("size").orElse(0L);
      if (total < 1 || total > MAX_OBJECT) {
        check.invalid("size", "must be from 1 byte to 5 TiB");
      }
      long part = input.findNumber("partSize").orElse(USUAL);
      if (part < SMALLEST || part > MAX_REQUEST) {
        check.invalid("partSize", "must be from 5 MiB to 5 GiB");
      }
      check.refuseIfInvalid();
      return new PartSize(total, Math.max(part, Math.ceilDiv(total, PARTS)));
    }
  }
}
