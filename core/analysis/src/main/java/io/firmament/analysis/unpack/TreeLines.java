package io.firmament.analysis.unpack;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryPath;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// A tree for others to read: one JSON object a line for each entry, in order of the path's bytes.
///
/// Every line has the same keys in the same order: `path` and `linkTarget` in printable form,
/// `type`, `mode` (permission bits as a decimal number), `uid`, `gid`, `mtime` (seconds since
/// 1970), `rdev` (`major:minor`), `size`, `sha256` and `container`. What an entry does not have is
/// null.
public final class TreeLines {
  private static final JsonFactory JSON = new JsonFactory();

  private TreeLines() {}

  /// Writes the tree; the stream stays open.
  public static void write(FileTree tree, OutputStream out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setRootValueSeparator(new SerializedString("\n"));
      for (Entry entry : tree.entries()) {
        write(entry, json);
      }
      if (!tree.entries().isEmpty()) {
        json.writeRaw('\n');
      }
    }
  }

  private static void write(Entry entry, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("path", entry.path().toString());
    json.writeStringField("type", entry.type().name());
    json.writeNumberField("mode", entry.mode());
    json.writeNumberField("uid", entry.uid());
    json.writeNumberField("gid", entry.gid());
    json.writeNumberField("mtime", entry.mtime());
    Entry.DeviceNumber rdev = entry.rdev();
    text(
        json,
        "rdev",
        switch (entry.type()) {
          case CHARACTER_DEVICE, BLOCK_DEVICE -> rdev.major() + ":" + rdev.minor();
          case FILE, DIRECTORY, SYMLINK, FIFO, SOCKET -> null;
        });
    text(json, "linkTarget", entry.linkTarget().map(EntryPath::toString).orElse(null));
    json.writeNumberField("size", entry.size());
    text(json, "sha256", entry.sha256().map(Sha256::hex).orElse(null));
    json.writeStringField("container", entry.container());
    json.writeEndObject();
  }

  private static void text(JsonGenerator json, String name, @Nullable String text)
      throws IOException {
    if (text == null) {
      json.writeNullField(name);
    } else {
      json.writeStringField(name, text);
    }
  }
}
