package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import java.io.IOException;
import java.util.Optional;

/// One container, file system or compression: how to recognise it, where it ends, how to read it.
///
/// Implementations have no state. Any bytes may come: a probe answers empty, a reader throws an
/// [IOException], and every loop is bounded by the source's length.
public interface Format {
  FormatCard card();

  /// Looks at a chunk that would start at `start`, where one of the card's magics was seen.
  Optional<Chunk> probe(ByteSource source, long start);

  /// Reads the chunk, which is all of `content`, into the sink. What was given before an exception
  /// stays in the tree.
  void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException;
}
