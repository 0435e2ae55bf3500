package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.base.Sha256;
import java.util.Optional;

/// Contents by digest, from the bytes of a pack wherever they are kept.
///
/// @param bytes the pack
/// @param index of the same pack
public record PackReader(ByteSource bytes, PackIndex index) {
  public Optional<ByteSource> find(Sha256 sha256) {
    return index.find(sha256).map(extent -> bytes.slice(extent.offset(), extent.length()));
  }
}
