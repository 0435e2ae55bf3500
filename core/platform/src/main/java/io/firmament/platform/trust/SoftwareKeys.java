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

/// Online keys of a laptop: `TENANT/ROLE.pem` in a folder, readable by its owner only, and
/// `TENANT/g2/ROLE.pem` and so on for the slots after the first; or nothing but memory.
public final class SoftwareKeys implements OnlineKeys {
  private final Optional<Path> folder;
  private final Map<String, Signer> memory = new ConcurrentHashMap<>();

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
  public KeySlot look(TenantId tenant, OnlineRole role, int slot) {
    String name = name(tenant, role, slot);
    Optional<Signer> signer =
        folder.isEmpty()
            ? Optional.ofNullable(memory.get(name))
            : folder
                .map(keys -> keys.resolve(name))
                .filter(Files::exists)
                .map(file -> read(file, role));
    return signer.<KeySlot>map(KeySlot.Holds::new).orElseGet(KeySlot.Free::new);
  }

  @Override
  public KeySlot make(TenantId tenant, OnlineRole role, int slot) {
    String name = name(tenant, role, slot);
    return new KeySlot.Holds(
        folder.isEmpty()
            ? memory.computeIfAbsent(name, _ -> SoftwareSigner.generate(role.algorithm()))
            : read(folder.get().resolve(name), role));
  }

  private static String name(TenantId tenant, OnlineRole role, int slot) {
    return tenant + "/" + (slot == 1 ? "" : "g" + slot + "/") + role + ".pem";
  }

  private static Signer read(Path file, OnlineRole role) {
    try {
      return SoftwareSigner.inFile(file, role.algorithm());
    } catch (IOException e) {
      throw new UncheckedIOException("the key " + file + " cannot be read or written", e);
    }
  }
}
