package io.firmament.schema;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The environment variables through which a deployment tells a process what it works with. The CDK
/// app writes them, composition roots read them; none carries a secret.
public enum Setting {
  /// Names of the DynamoDB tables, by context.
  TABLE_IDENTITY,
  TABLE_FIRMWARE,
  TABLE_FLEET,
  TABLE_EVIDENCE,
  /// The bucket that images arrive in, under `uploads/`.
  BUCKET_UPLOADS,
  /// The bucket of blobs, stage results, SBOMs and reports.
  BUCKET_DOCUMENTS,
  /// The versioned bucket of the audit log and evidence.
  BUCKET_EVIDENCE,
  /// The versioned bucket of what devices fetch: a TUF repository per tenant, under `t/TENANT/`.
  BUCKET_ARTIFACTS,
  /// URLs of the queue in front of each stage.
  QUEUE_UNPACK,
  QUEUE_IDENTIFY,
  QUEUE_INSPECT,
  QUEUE_MATCH,
  QUEUE_PUBLISH,
  /// URL of the queue of what is to be matched again.
  QUEUE_MONITOR,
  /// KMS keys: RSA for id and tenant tokens, P-256 for the device CA.
  KEY_ID_TOKEN,
  KEY_TENANT_TOKEN,
  KEY_DEVICE_CA,
  /// What the aliases of the tenants' online keys begin with, after `alias/`, and the value of
  /// their tag `firmament`.
  KEY_PREFIX,
  /// The KMS key that encrypts credentials for container registries, and the key of the NVD's API.
  KEY_REGISTRIES,
  /// Which addresses container registries may have: `public` unless set, or `private`.
  REGISTRY_REACH,
  /// The key of the NVD's API, encrypted with [#KEY_REGISTRIES] for the purpose `nvd-api-key`, in
  /// Base64; unset, there is none.
  NVD_API_KEY,
  /// Where callers reach us, `https://host`, without a trailing slash; unset, the request says it.
  PUBLIC_URL;

  /// The variable's name.
  public String variable() {
    return "FIRMAMENT_" + name();
  }

  /// Its value in an environment; blank counts as unset.
  public Optional<String> find(Map<String, String> environment) {
    return Optional.ofNullable(environment.get(variable())).filter(value -> !value.isBlank());
  }

  /// Its value where the process cannot do without.
  public String in(Map<String, String> environment) {
    return find(environment)
        .orElseThrow(() -> new IllegalStateException(variable() + " is not set"));
  }

  /// The setting that names a context's table.
  public static Setting table(String context) {
    return valueOf("TABLE_" + context.toUpperCase(Locale.ROOT));
  }

  /// The setting that names a stage's queue.
  public static Setting queue(String stage) {
    return valueOf("QUEUE_" + stage.toUpperCase(Locale.ROOT));
  }
}
