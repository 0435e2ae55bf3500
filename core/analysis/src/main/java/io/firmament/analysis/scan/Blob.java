package io.firmament.analysis.scan;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry;
import io.firmament.base.Sha256;
import java.util.List;

/// A distinct content of a tree and every file that has it.
///
/// @param files in path order, never empty
public record Blob(Sha256 sha256, ByteSource content, List<Entry> files) {
  public Blob {
    files = List.copyOf(files);
  }

  /// The displayed paths of the files.
  public List<String> paths() {
    return files.stream().map(file -> file.path().toString()).toList();
  }

  /// The first bytes, at most `length`.
  public byte[] head(int length) {
    byte[] head = new byte[(int) Math.min(length, content.size())];
    int filled = 0;
    while (filled < head.length) {
      int count = content.read(filled, head, filled, head.length - filled);
      if (count <= 0) {
        return java.util.Arrays.copyOf(head, filled);
      }
      filled += count;
    }
    return head;
  }
}
