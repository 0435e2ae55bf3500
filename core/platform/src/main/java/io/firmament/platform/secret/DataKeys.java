package io.firmament.platform.secret;

import java.util.Optional;
import java.util.SortedMap;

/// Keys that each encrypt one secret, wrapped by a key that never leaves its place: KMS in the
/// cloud, a file on a laptop.
public interface DataKeys {
  /// A new key of 256 bits.
  ///
  /// @param context what the key is for; it opens for the same context alone
  DataKey generate(SortedMap<String, String> context);

  /// The key that was wrapped; empty where it was wrapped by another key, for another context, or
  /// is damaged.
  Optional<byte[]> open(byte[] wrapped, SortedMap<String, String> context);

  /// A key, and the form in which it may be stored.
  ///
  /// @param plain 32 bytes; whoever used it wipes it
  record DataKey(byte[] plain, byte[] wrapped) {
    /// Shows nothing.
    @Override
    public String toString() {
      return "DataKey[]";
    }
  }
}
