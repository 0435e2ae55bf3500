package io.firmament.analysis.tree;

import io.firmament.base.Sha256;
import java.util.List;
import java.util.Optional;

/// An unpacked image: its entries in path order and the contents of its files.
public interface FileTree {
  /// All entries, sorted by path.
  List<Entry> entries();

  Optional<Entry> find(EntryPath path);

  /// The content of a file of this tree.
  ByteSource content(Sha256 sha256);

  /// Follows symbolic links inside the tree, at most 40; empty where the chain leaves the tree,
  /// loops or dangles.
  Optional<Entry> resolve(EntryPath path);
}
