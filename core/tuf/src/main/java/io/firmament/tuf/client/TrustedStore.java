package io.firmament.tuf.client;

import java.io.IOException;
import java.util.Optional;

/// The metadata that this client trusts, on its own non-volatile storage; FILENAME.EXT by role.
///
/// A write is there whole or not at all, also when the machine stops in the midst of it. One client
/// at a time uses a store.
public interface TrustedStore {
  Optional<byte[]> read(String role) throws IOException;

  void write(String role, byte[] file) throws IOException;

  /// Forgets a role's metadata; no matter if there is none.
  void delete(String role) throws IOException;
}
