package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.EntryPath;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Where a blob stands in the tree.
///
/// @param mount prefix of what is found in it: empty, or ending in a slash; one character a byte
/// @param name of the blob as a file
/// @param chain of formats down to it, empty for the image
/// @param parent chunk that it was decoded from
record Place(String mount, String name, String chain, @Nullable String parent, int depth) {
  static EntryPath path(String text) {
    return EntryPath.of(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  String where() {
    return path(mount).toString();
  }

  Place mountedAt(String newMount) {
    return new Place(newMount, name, chain, parent, depth);
  }

  Place within(String format, String chunkId) {
    String newChain = chain.isEmpty() ? format : chain + ">" + format;
    return new Place(mount, name, newChain, chunkId, depth + 1);
  }

  Place named(String newName) {
    return new Place(mount, newName, chain, parent, depth);
  }
}
