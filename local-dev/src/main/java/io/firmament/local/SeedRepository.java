package io.firmament.local;

import io.firmament.base.TenantId;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.trust.Ceremonies;
import io.firmament.platform.trust.CeremonyWish;
import io.firmament.platform.trust.TenantRepositories;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Json;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.Signers;
import io.firmament.tuf.repository.SigningRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Begins the demo tenant's repository by a ceremony as operators hold it, all on one machine: the
/// offline keys are files beside the data, which is good for trying things out and nothing else.
final class SeedRepository {
  private final Ceremonies ceremonies;
  private final TenantRepositories repositories;
  private final Optional<Path> folder;

  /// @param folder where the offline keys are; without one they are gone after the ceremony
  SeedRepository(Ceremonies ceremonies, TenantRepositories repositories, Optional<Path> folder) {
    this.ceremonies = ceremonies;
    this.repositories = repositories;
    this.folder = folder;
  }

  /// Where it stands, in one line for people.
  String line() {
    return "begun; the offline keys of root and targets are "
        + folder.map(keys -> "in " + keys).orElse("gone, so it cannot outlive this run");
  }

  /// Begins it unless it has begun.
  void begin(Caller administrator) {
    TenantId tenant = administrator.tenant();
    if (repositories.of(tenant).head().isEmpty()) {
      try {
        hold(administrator);
      } catch (IOException e) {
        throw new UncheckedIOException("the offline keys cannot be kept", e);
      } catch (TufException e) {
        throw new IllegalStateException("a document of ours can be signed", e);
      }
    }
  }

  private void hold(Caller administrator) throws IOException, TufException {
    Map<String, SoftwareSigner> keys = new LinkedHashMap<>();
    Json.Obj wish = Json.Obj.EMPTY;
    for (String role : List.of(RoleName.ROOT, RoleName.TARGETS)) {
      SoftwareSigner signer =
          folder.isEmpty()
              ? SoftwareSigner.generate()
              : SoftwareSigner.inFile(folder.get().resolve(role + ".pem"));
      keys.put(role, signer);
      Json.Obj key = Signers.keyOf(signer).json();
      wish =
          wish.with(
              role, Json.Obj.EMPTY.with("keys", new Json.Arr(List.of(key))).with("threshold", 1));
    }
    Ceremonies.Progress prepared =
        ceremonies.prepare(administrator, CeremonyWish.read(wish.toBytes()));
    for (Ceremonies.Document document : prepared.documents()) {
      SoftwareSigner signer = Optional.ofNullable(keys.get(document.role())).orElseThrow();
      RoleSignature signature = SigningRequest.sign(document.document().toBytes(), signer);
      byte[] signed = signature.json().toBytes();
      if (document.role().equals(RoleName.ROOT)) {
        ceremonies.submitRoot(administrator, signed);
      } else {
        ceremonies.submitTargets(administrator, signed);
      }
    }
  }
}
