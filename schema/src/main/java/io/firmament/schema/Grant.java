package io.firmament.schema;

import java.util.Optional;

/// What a function may touch; the CDK app turns each into the least IAM policy that allows it.
public enum Grant {
  IDENTITY_READ("identity:read"),
  IDENTITY_WRITE("identity:write"),
  FIRMWARE_READ("firmware:read"),
  FIRMWARE_WRITE("firmware:write"),
  FLEET_READ("fleet:read"),
  FLEET_WRITE("fleet:write"),
  EVIDENCE_READ("evidence:read"),
  EVIDENCE_WRITE("evidence:write"),
  /// The bucket that images arrive in.
  UPLOADS_READ("uploads:read"),
  UPLOADS_WRITE("uploads:write"),
  /// The bucket of blobs, stage results and SBOMs.
  DOCUMENTS_READ("documents:read"),
  DOCUMENTS_WRITE("documents:write"),
  /// The advisory indexes and the feeds that they are built from, in the bucket of documents:
  /// reading, writing and removing them, and nothing else of that bucket.
  ADVISORIES_MAINTAIN("advisories:maintain"),
  /// Decrypting the key of the NVD's API.
  NVD_KEY_OPEN("nvd-key:open"),
  /// The bucket of the tenants' TUF repositories.
  ARTIFACTS_READ("artifacts:read"),
  ARTIFACTS_WRITE("artifacts:write"),
  /// The tenants' online keys: making them, and signing for their repositories. Whoever may sign
  /// may read the public halves too.
  ONLINE_KEYS_CREATE("online-keys:create"),
  ONLINE_KEYS_SIGN("online-keys:sign"),
  /// Signing what single devices are told to do, with the tenants' director keys.
  DIRECTOR_KEYS_SIGN("director-keys:sign"),
  /// The key of the credentials for container registries: encrypting new ones, decrypting those.
  REGISTRY_SECRETS_SEAL("registry-secrets:seal"),
  REGISTRY_SECRETS_OPEN("registry-secrets:open"),
  /// Assuming the roles by which tenants let their registries in Amazon ECR be read.
  REGISTRY_ROLES_ASSUME("registry-roles:assume"),
  /// Signing with, or reading the public half of, the two RSA keys of the token flow.
  ID_TOKEN_SIGN("id-token:sign"),
  ID_TOKEN_PUBLIC("id-token:public"),
  TENANT_TOKEN_SIGN("tenant-token:sign"),
  TENANT_TOKEN_PUBLIC("tenant-token:public");

  private final String id;

  Grant(String id) {
    this.id = id;
  }

  /// The name in the contract, `resource:action`.
  public String id() {
    return id;
  }

  public static Optional<Grant> find(String id) {
    for (Grant grant : values()) {
      if (grant.id.equals(id)) {
        return Optional.of(grant);
      }
    }
    return Optional.empty();
  }
}
