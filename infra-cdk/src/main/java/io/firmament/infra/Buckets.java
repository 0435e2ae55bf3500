package io.firmament.infra;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.CfnBucket;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.amazon.awscdk.services.s3.ObjectOwnership;
import software.constructs.Construct;

/// The buckets: uploads (short-lived) and documents (blobs and results), which announce what
/// arrives, evidence and artifacts (both versioned) and the access logs of these.
final class Buckets {
  /// What devices send when they are asked for their logs.
  static final String DEVICE_LOGS = "logs/";

  /// Where advisory indexes and the feeds that they are built from are.
  static final List<String> ADVISORIES = List.of("advisories/*", "feeds/*");

  /// Names the advisory index in use.
  static final String CURRENT_ADVISORIES = "advisories/current.json";

  /// Are written when what a tenant has on record for itself has changed.
  static final String USER_ADVISORIES_CHANGED = "advisories/tenants/*/changed.json";

  /// A day more than a request for logs is kept.
  private static final int DEVICE_LOG_DAYS = 8;

  private static final int UPLOAD_DAYS = 30;
  private static final int LOG_DAYS = 90;
  private static final int EVIDENCE_DAYS = 365 * 10;
  private static final int OLD_METADATA_DAYS = 365;

  private final Key key;
  private final Bucket logs;
  private final Bucket uploads;
  private final Bucket documents;
  private final Bucket evidence;
  private final Bucket artifacts;

  Buckets(Construct scope, Key key) {
    this.key = key;
    logs =
        Bucket.Builder.create(scope, "AccessLogs")
            .encryption(BucketEncryption.S3_MANAGED)
            .enforceSsl(true)
            .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
            .objectOwnership(ObjectOwnership.BUCKET_OWNER_ENFORCED)
            .lifecycleRules(
                List.of(LifecycleRule.builder().expiration(Duration.days(LOG_DAYS)).build()))
            .removalPolicy(RemovalPolicy.RETAIN)
            .build();
    Suppression.LOGS_OF_LOGS.on(logs);
    uploads =
        data(scope, "Uploads", LifecycleRule.builder().expiration(Duration.days(UPLOAD_DAYS)));
    announce(uploads);
    documents =
        data(
            scope,
            "Documents",
            LifecycleRule.builder().prefix(DEVICE_LOGS).expiration(Duration.days(DEVICE_LOG_DAYS)));
    announce(documents);
    evidence = versioned(scope, "Evidence", EVIDENCE_DAYS);
    artifacts = versioned(scope, "Artifacts", OLD_METADATA_DAYS);
  }

  Key key() {
    return key;
  }

  Bucket uploads() {
    return uploads;
  }

  Bucket documents() {
    return documents;
  }

  Bucket evidence() {
    return evidence;
  }

  Bucket artifacts() {
    return artifacts;
  }

  /// A bucket that keeps what was overwritten for some days.
  private Bucket versioned(Construct scope, String id, int days) {
    Bucket bucket =
        data(scope, id, LifecycleRule.builder().noncurrentVersionExpiration(Duration.days(days)));
    ((CfnBucket) bucket.getNode().getDefaultChild())
        .addPropertyOverride("VersioningConfiguration.Status", "Enabled");
    return bucket;
  }

  private Bucket data(Construct scope, String id, LifecycleRule.Builder... more) {
    List<LifecycleRule> rules = new ArrayList<>();
    rules.add(
        LifecycleRule.builder().abortIncompleteMultipartUploadAfter(Duration.days(2)).build());
    for (LifecycleRule.Builder rule : more) {
      rules.add(rule.build());
    }
    return Bucket.Builder.create(scope, id)
        .encryption(BucketEncryption.KMS)
        .encryptionKey(key)
        .bucketKeyEnabled(true)
        .enforceSsl(true)
        .minimumTlsVersion(1.2)
        .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
        .objectOwnership(ObjectOwnership.BUCKET_OWNER_ENFORCED)
        .serverAccessLogsBucket(logs)
        .serverAccessLogsPrefix(id.toLowerCase(java.util.Locale.ROOT) + "/")
        .lifecycleRules(rules)
        .removalPolicy(RemovalPolicy.RETAIN)
        .build();
  }

  /// The L2 switch for this would deploy a custom resource with a function of its own.
  private static void announce(Bucket bucket) {
    ((CfnBucket) bucket.getNode().getDefaultChild())
        .addPropertyOverride(
            "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", true);
  }
}
