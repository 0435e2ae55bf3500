package io.firmament.graphql;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.UserGroupId;
import io.firmament.base.UserId;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Findings;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.Product;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.identity.AnalysisConfiguration;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.NewTenant;
import io.firmament.platform.identity.ProductGroup;
import io.firmament.platform.identity.Role;
import io.firmament.platform.identity.Tenant;
import io.firmament.platform.identity.User;
import io.firmament.platform.identity.UserGroup;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// A tenant of a [TestPlatform], with what tests put into it.
final class TestTenant {
  private final TestPlatform platform;
  private final NewTenant created;
  private int uploads;

  private TestTenant(TestPlatform platform, NewTenant created) {
    this.platform = platform;
    this.created = created;
  }

  static TestTenant create(TestPlatform platform, String name) {
    TenantId tenant = new TenantId(UUID.randomUUID());
    NewTenant created =
        new NewTenant(
            new Tenant(tenant, name, TestPlatform.NOW),
            new User(
                new UserId(UUID.randomUUID()),
                "Admin@" + tenant + ".example",
                "no password",
                TestPlatform.NOW),
            new UserGroup(
                tenant,
                new UserGroupId(UUID.randomUUID()),
                "Administrators",
                Set.of(Role.ADMIN),
                new UserGroup.Reach.Everywhere()),
            new ProductGroup(
                tenant, new ProductGroupId(UUID.randomUUID()), ProductGroup.DEFAULT_NAME),
            new AnalysisConfiguration(
                tenant,
                new AnalysisConfigurationId(UUID.randomUUID()),
                AnalysisConfiguration.DEFAULT_NAME));
    platform.identity.createTenant(created);
    return new TestTenant(platform, created);
  }

  TenantId id() {
    return created.tenant().id();
  }

  Caller admin() {
    return TestPlatform.admin(created);
  }

  ProductGroupId group() {
    return created.productGroup().id();
  }

  AnalysisConfigurationId configuration() {
    return created.configuration().id();
  }

  Product product(String name) {
    return platform.firmware.ensureProduct(
        new Product(
            id(),
            new ProductId(UUID.randomUUID()),
            "Acme",
            name,
            Optional.of("router"),
            TestPlatform.NOW));
  }

  /// An upload that nobody has used yet.
  Upload upload(String product, String version, ProductGroupId group) {
    Upload upload =
        new Upload(
            id(),
            new UploadId(UUID.randomUUID()),
            new FirmwareId(UUID.randomUUID()),
            new AnalysisId(UUID.randomUUID()),
            "Acme-" + product + "-" + version,
            Optional.of(version),
            Optional.of(Instant.parse("2026-02-01T00:00:00Z")),
            Optional.of("notes"),
            true,
            product(product).id(),
            group,
            Optional.of(configuration()),
            created.admin().id(),
            TestPlatform.NOW,
            TestPlatform.NOW.plusSeconds(3600),
            Optional.empty());
    platform.firmware.createUpload(upload);
    return upload;
  }

  /// A firmware whose analysis waits; each one is a second newer than the one before.
  Firmware waiting(String product, String version, ProductGroupId group) {
    Upload upload = upload(product, version, group);
    Instant received = TestPlatform.NOW.plusSeconds(++uploads);
    Firmware firmware = Firmware.received(upload, 5_000_000_000L, Optional.empty(), received);
    platform.firmware.receive(upload, firmware);
    return firmware;
  }

  Firmware analyzing(String product, String version) {
    Firmware firmware = waiting(product, version, group());
    platform.firmware.begin(AnalysisKey.of(firmware), TestPlatform.NOW);
    return firmware;
  }

  Firmware failed(String product, String version, String reason) {
    Firmware firmware = analyzing(product, version);
    platform.firmware.finish(
        AnalysisKey.of(firmware),
        Analysis.Result.FAILED,
        Optional.of(reason),
        TestPlatform.NOW.plusSeconds(100));
    return firmware;
  }

  /// Writes what a stage of the firmware's analysis would.
  void document(Firmware firmware, AnalysisDocument document, String json) {
    platform.documents.write(
        ObjectKeys.document(AnalysisKey.of(firmware), document),
        "application/json",
        json.getBytes(StandardCharsets.UTF_8));
  }

  Firmware complete(String product, String version, Findings findings) {
    return complete(product, version, group(), findings);
  }

  /// A firmware of which these were found.
  Firmware complete(String product, String version, ProductGroupId group, Findings findings) {
    Firmware firmware = waiting(product, version, group);
    FirmwareStore store = platform.firmware;
    AnalysisKey key = AnalysisKey.of(firmware);
    store.begin(key, TestPlatform.NOW);
    store.complete(key, Stage.UNPACK);
    store.complete(key, Stage.MATCH);
    store.publish(key, findings);
    store.finish(
        key, Analysis.Result.COMPLETE, Optional.empty(), TestPlatform.NOW.plusSeconds(100));
    return firmware;
  }
}
