package io.firmament.aws;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.UserId;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.Matched;
import io.firmament.platform.firmware.Product;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.firmware.VexImport;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// How products, uploads and firmware are written as items.
final class FirmwareItems {
  private FirmwareItems() {}

  static Map<String, AttributeValue> of(Product product) {
    Map<String, AttributeValue> item =
        Items.item(FirmwareKeys.product(product.tenant(), product.id()), FirmwareKeys.PRODUCT);
    item.put("tenant", Items.string(product.tenant().toString()));
    item.put("id", Items.string(product.id().toString()));
    item.put("vendor", Items.string(product.vendor()));
    item.put("name", Items.string(product.name()));
    Items.put(item, "category", product.category());
    item.put("createdAt", Items.string(product.createdAt().toString()));
    return item;
  }

  static Product product(Map<String, AttributeValue> item) {
    return new Product(
        TenantId.of(Items.text(item, "tenant")),
        ProductId.of(Items.text(item, "id")),
        Items.text(item, "vendor"),
        Items.text(item, "name"),
        Items.find(item, "category"),
        Instant.parse(Items.text(item, "createdAt")));
  }

  static Map<String, AttributeValue> of(Upload upload) {
    Map<String, AttributeValue> item =
        Items.item(FirmwareKeys.upload(upload.tenant(), upload.id()), FirmwareKeys.UPLOAD);
    item.put("tenant", Items.string(upload.tenant().toString()));
    item.put("id", Items.string(upload.id().toString()));
    item.put("firmware", Items.string(upload.firmware().toString()));
    item.put("analysis", Items.string(upload.analysis().toString()));
    item.put("name", Items.string(upload.name()));
    Items.put(item, "version", upload.version());
    Items.put(item, "releaseDate", upload.releaseDate());
    Items.put(item, "notes", upload.notes());
    item.put("monitoring", Items.bool(upload.monitoring()));
    item.put("product", Items.string(upload.product().toString()));
    item.put("productGroup", Items.string(upload.productGroup().toString()));
    Items.put(item, "analysisConfiguration", upload.analysisConfiguration());
    item.put("uploader", Items.string(upload.uploader().toString()));
    item.put("createdAt", Items.string(upload.createdAt().toString()));
    item.put("usableUntil", Items.string(upload.expiresAt().toString()));
    Items.put(item, "usedAt", upload.usedAt());
    item.put(
        "expiresAt",
        Items.number(upload.expiresAt().plus(FirmwareKeys.UPLOAD_KEPT).getEpochSecond()));
    return item;
  }

  static Upload upload(Map<String, AttributeValue> item) {
    return new Upload(
        TenantId.of(Items.text(item, "tenant")),
        UploadId.of(Items.text(item, "id")),
        FirmwareId.of(Items.text(item, "firmware")),
        AnalysisId.of(Items.text(item, "analysis")),
        Items.text(item, "name"),
        Items.find(item, "version"),
        Items.find(item, "releaseDate").map(Instant::parse),
        Items.find(item, "notes"),
        flag(item, "monitoring"),
        ProductId.of(Items.text(item, "product")),
        ProductGroupId.of(Items.text(item, "productGroup")),
        Items.find(item, "analysisConfiguration").map(AnalysisConfigurationId::of),
        UserId.of(Items.text(item, "uploader")),
        Instant.parse(Items.text(item, "createdAt")),
        Instant.parse(Items.text(item, "usableUntil")),
        Items.find(item, "usedAt").map(Instant::parse));
  }

  static Map<String, AttributeValue> of(Firmware firmware) {
    Map<String, AttributeValue> item =
        Items.item(FirmwareKeys.firmware(firmware.tenant(), firmware.id()), FirmwareKeys.FIRMWARE);
    String order = FirmwareKeys.order(firmware.uploadedAt(), firmware.id());
    item.put("gsi1pk", Items.string(FirmwareKeys.allFirmware(firmware.tenant())));
    item.put("gsi1sk", Items.string(order));
    item.put("gsi2pk", Items.string(FirmwareKeys.timeline(firmware.tenant(), firmware.product())));
    item.put("gsi2sk", Items.string(order));
    item.put("tenant", Items.string(firmware.tenant().toString()));
    item.put("id", Items.string(firmware.id().toString()));
    item.put("name", Items.string(firmware.name()));
    Items.put(item, "version", firmware.version());
    Items.put(item, "releaseDate", firmware.releaseDate());
    Items.put(item, "notes", firmware.notes());
    item.put("monitoring", Items.bool(firmware.monitoring()));
    item.put("product", Items.string(firmware.product().toString()));
    item.put("productGroup", Items.string(firmware.productGroup().toString()));
    Items.put(item, "analysisConfiguration", firmware.analysisConfiguration());
    item.put("uploader", Items.string(firmware.uploader().toString()));
    item.put("uploadedAt", Items.string(firmware.uploadedAt().toString()));
    item.put("objectKey", Items.string(firmware.objectKey()));
    Items.put(item, "sbomKey", firmware.sbomKey());
    item.put("sizeBytes", Items.number(firmware.sizeBytes()));
    item.putAll(of(firmware.latestAnalysis()));
    return item;
  }

  private static Map<String, AttributeValue> of(Analysis analysis) {
    Map<String, AttributeValue> item = new HashMap<>();
    item.put("analysis", Items.string(analysis.id().toString()));
    item.put("analysisState", Items.string(analysis.state().name()));
    Items.put(item, "analysisResult", analysis.result());
    if (!analysis.doneStages().isEmpty()) {
      item.put(
          "doneStages",
          AttributeValue.builder()
              .ss(analysis.doneStages().stream().map(Stage::name).sorted().toList())
              .build());
    }
    item.put("analysisCreatedAt", Items.string(analysis.createdAt().toString()));
    Items.put(item, "startedAt", analysis.startedAt());
    Items.put(item, "finishedAt", analysis.finishedAt());
    analysis.matched().ifPresent(matched -> item.putAll(of(matched)));
    Items.put(item, "failure", analysis.failure());
    return item;
  }

  private static Map<String, AttributeValue> of(Matched matched) {
    Map<String, AttributeValue> item = new HashMap<>();
    item.put("matchedIndex", Items.string(matched.index()));
    item.put("matchedAt", Items.string(matched.at().toString()));
    matched.user().ifPresent(user -> item.put("matchedUser", Items.string(user.hex())));
    return item;
  }

  static Firmware firmware(Map<String, AttributeValue> item) {
    return new Firmware(
        TenantId.of(Items.text(item, "tenant")),
        FirmwareId.of(Items.text(item, "id")),
        Items.text(item, "name"),
        Items.find(item, "version"),
        Items.find(item, "releaseDate").map(Instant::parse),
        Items.find(item, "notes"),
        flag(item, "monitoring"),
        ProductId.of(Items.text(item, "product")),
        ProductGroupId.of(Items.text(item, "productGroup")),
        Items.find(item, "analysisConfiguration").map(AnalysisConfigurationId::of),
        UserId.of(Items.text(item, "uploader")),
        Instant.parse(Items.text(item, "uploadedAt")),
        Items.text(item, "objectKey"),
        Items.find(item, "sbomKey"),
        Optional.ofNullable(item.get("sizeBytes")).map(v -> Long.parseLong(v.n())).orElse(0L),
        analysis(item));
  }

  static Analysis analysis(Map<String, AttributeValue> item) {
    Set<Stage> done =
        Optional.ofNullable(item.get("doneStages")).stream()
            .flatMap(v -> v.ss().stream())
            .map(Stage::valueOf)
            .collect(Collectors.toUnmodifiableSet());
    return new Analysis(
        AnalysisId.of(Items.text(item, "analysis")),
        FirmwareId.of(Items.text(item, "id")),
        Analysis.State.valueOf(Items.text(item, "analysisState")),
        Items.find(item, "analysisResult").map(Analysis.Result::valueOf),
        done,
        Instant.parse(Items.text(item, "analysisCreatedAt")),
        Items.find(item, "startedAt").map(Instant::parse),
        Items.find(item, "finishedAt").map(Instant::parse),
        Items.find(item, "matchedIndex")
            .map(
                index ->
                    new Matched(
                        index,
                        Items.find(item, "matchedUser").map(Sha256::new),
                        Instant.parse(Items.text(item, "matchedAt")))),
        Items.find(item, "failure"));
  }

  private static boolean flag(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    return value != null && Boolean.TRUE.equals(value.bool());
  }

  static Map<String, AttributeValue> of(String firmware, VexImport vex) {
    Map<String, AttributeValue> item = Items.item(firmware, FirmwareKeys.vex(vex.document()));
    item.put("document", Items.string(vex.document()));
    item.put("format", Items.string(vex.format()));
    item.put("author", Items.string(vex.author()));
    item.put("issuedAt", Items.string(FirmwareKeys.time(vex.issuedAt())));
    item.put("sha256", Items.string(vex.sha256().hex()));
    item.put("statements", Items.number(vex.statements()));
    item.put("applied", Items.number(vex.applied()));
    item.put("importedAt", Items.string(vex.importedAt().toString()));
    item.put("importedBy", Items.string(vex.importedBy().toString()));
    return item;
  }

  static VexImport vex(Map<String, AttributeValue> item) {
    return new VexImport(
        Items.text(item, "document"),
        Items.text(item, "format"),
        Items.text(item, "author"),
        Instant.parse(Items.text(item, "issuedAt") + "Z"),
        new Sha256(Items.text(item, "sha256")),
        number(item, "statements"),
        number(item, "applied"),
        Instant.parse(Items.text(item, "importedAt")),
        UserId.of(Items.text(item, "importedBy")));
  }

  private static int number(Map<String, AttributeValue> item, String name) {
    return Optional.ofNullable(item.get(name)).map(v -> Integer.parseInt(v.n())).orElse(0);
  }
}
