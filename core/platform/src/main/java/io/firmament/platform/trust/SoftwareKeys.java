package io.firmament.platform.trust;

import io.firmament.base.TenantId;
import io.firmament.trust.Signer;
import io.firmament.trust.SoftwareSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Online keys of a laptop: `TENANT/ROLE.pem` in a folder, readable by its owner only, or nothing
/// but memory.
public final class SoftwareKeys implements OnlineKeys {
  private final Optional<Path> folder;
  private final Map<String, Signer> known = new ConcurrentHashMap<>();

  private SoftwareKeys(Optional<Path> folder) {
    this.folder = folder;
  }

  public static SoftwareKeys in(Path folder) {
    return new SoftwareKeys(Optional.of(folder));
  }

  /// Keys that are gone with the process.
  public static SoftwareKeys inMemory() {
    return new SoftwareKeys(Optional.empty());
  }

  @Override
  public Signer ensure(TenantId tenant, OnlineRole role) {
    String name = name(tenant, role);
    return folder.isEmpty()
        ? known.computeIfAbsent(name, _ -> SoftwareSigner.generate(role.algorithm()))
        : known.computeIfAbsent(name, _ -> read(folder.get().resolve(name), role));
  }

  @Override
  public Optional<Signer> find(TenantId tenant, OnlineRole role) {
    String name = name(tenant, role);
    return folder.map(keys -> keys.resolve(name)).filter(Files::exists).isPresent()
        ? Optional.of(ensure(tenant, role))
        : Optional.ofNullable(known.get(name));
  }

  private static String name(TenantId tenant, OnlineRole role) {
    return tenant + "/" + role + ".pem";
  }

  private static Signer read(Path file, OnlineRole role) {
    try {
      return SoftwareSigner.inFile(file, role.algorithm());
    } catch (IOException e) {
      throw new UncheckedIOException("the key " + file + " cannot be read or written", e);
    }
  }
}
