package io.firmament.analysis.unpack;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryPath;
import io.firmament.analysis.tree.EntryType;
import io.firmament.base.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A tree as JSON lines: first `{"tree":1,"roots":[...]}`, then each entry in path order.
///
/// A line of a file also has the place of its content in the pack, so that the document and the
/// pack are all that is needed to open the tree again. Paths are in printable form. What is empty
/// or zero is left out; the bytes depend on the tree alone.
public final class TreeDocument {
  private static final JsonFactory JSON = new JsonFactory();

  private TreeDocument() {}

  /// A document that was read: what [UnpackedTree] needs beside the pack's bytes.
  public record Contents(List<Entry> entries, List<String> roots, PackIndex index) {
    public UnpackedTree open(ByteSource pack) {
      return new UnpackedTree(entries, roots, new PackReader(pack, index));
    }
  }

  /// Writes the tree; the stream stays open.
  public static void write(UnpackedTree tree, OutputStream out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setRootValueSeparator(new com.fasterxml.jackson.core.io.SerializedString("\n"));
      json.writeStartObject();
      json.writeNumberField("tree", 1);
      json.writeArrayFieldStart("roots");
      for (String root : tree.roots()) {
        json.writeString(root);
      }
      json.writeEndArray();
      json.writeEndObject();
      for (Entry entry : tree.entries()) {
        writeEntry(json, entry, tree.pack().index());
      }
      json.writeRaw('\n');
    }
  }

  private static void writeEntry(JsonGenerator json, Entry entry, PackIndex index)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("path", entry.path().toString());
    json.writeStringField("type", entry.type().name());
    json.writeNumberField("mode", entry.mode());
    writeNonZero(json, "uid", entry.uid());
    writeNonZero(json, "gid", entry.gid());
    writeNonZero(json, "mtime", entry.mtime());
    if (!entry.rdev().equals(Entry.DeviceNumber.NONE)) {
      json.writeStringField("rdev", entry.rdev().major() + ":" + entry.rdev().minor());
    }
    if (entry.linkTarget().isPresent()) {
      json.writeStringField("linkTarget", entry.linkTarget().get().toString());
    }
    if (!entry.xattrs().isEmpty()) {
      json.writeObjectFieldStart("xattrs");
      for (Map.Entry<String, byte[]> xattr : new TreeMap<>(entry.xattrs()).entrySet()) {
        json.writeStringField(xattr.getKey(), Base64.getEncoder().encodeToString(xattr.getValue()));
      }
      json.writeEndObject();
    }
    writeNonZero(json, "size", entry.size());
    if (entry.sha256().isPresent()) {
      Sha256 sha256 = entry.sha256().get();
      json.writeStringField("sha256", sha256.hex());
      Optional<PackIndex.Extent> extent = index.find(sha256);
      if (extent.isPresent()) {
        json.writeNumberField("offset", extent.get().offset());
        json.writeNumberField("length", extent.get().length());
      }
    }
    json.writeStringField("container", entry.container());
    json.writeEndObject();
  }

  private static void writeNonZero(JsonGenerator json, String name, long value) throws IOException {
    if (value != 0) {
      json.writeNumberField(name, value);
    }
  }

  /// Reads a document that [#write] made; anything else is an [IOException].
  public static Contents read(InputStream in) throws IOException {
    List<Entry> entries = new ArrayList<>();
    List<String> roots = new ArrayList<>();
    Map<Sha256, PackIndex.Extent> extents = new HashMap<>();
    try (JsonParser json = JSON.createParser(in)) {
      readHeader(json, roots);
      while (json.nextToken() == JsonToken.START_OBJECT) {
        Line line = new Line(json);
        line.extent().ifPresent(extent -> extents.putIfAbsent(line.sha256(), extent));
        entries.add(line.entry());
      }
      if (json.currentToken() != null) {
        throw new IOException("not a tree document: " + json.currentToken());
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("not a tree document", e);
    }
    return new Contents(entries, roots, new PackIndex(extents));
  }

  private static void readHeader(JsonParser json, List<String> roots) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT
        || !"tree".equals(json.nextFieldName())
        || json.nextIntValue(0) != 1
        || !"roots".equals(json.nextFieldName())
        || json.nextToken() != JsonToken.START_ARRAY) {
      throw new IOException("not a tree document of version 1");
    }
    while (json.nextToken() == JsonToken.VALUE_STRING) {
      roots.add(json.getText());
    }
    if (json.nextToken() != JsonToken.END_OBJECT) {
      throw new IOException("not a tree document of version 1");
    }
  }

  /// The fields of one line.
  private static final class Line {
    private final Map<String, String> fields = new HashMap<>();
    private final Map<String, byte[]> xattrs = new HashMap<>();

    Line(JsonParser json) throws IOException {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (json.nextToken() == JsonToken.START_OBJECT) {
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String xattr = json.currentName();
            json.nextToken();
            xattrs.put(xattr, Base64.getDecoder().decode(json.getText()));
          }
        } else {
          fields.put(name, json.getText());
        }
      }
    }

    Entry entry() {
      return new Entry(
          EntryPath.parse(text("path")),
          EntryType.valueOf(text("type")),
          (int) number("mode"),
          number("uid"),
          number("gid"),
          number("mtime"),
          device(),
          Optional.ofNullable(fields.get("linkTarget")).map(EntryPath::parse),
          xattrs,
          number("size"),
          Optional.ofNullable(fields.get("sha256")).map(Sha256::new),
          text("container"));
    }

    Sha256 sha256() {
      return new Sha256(text("sha256"));
    }

    Optional<PackIndex.Extent> extent() {
      return fields.containsKey("offset")
          ? Optional.of(new PackIndex.Extent(number("offset"), number("length")))
          : Optional.empty();
    }

    private Entry.DeviceNumber device() {
      String rdev = fields.get("rdev");
      if (rdev == null) {
        return Entry.DeviceNumber.NONE;
      }
      int colon = rdev.indexOf(':');
      return new Entry.DeviceNumber(
          Integer.parseInt(rdev.substring(0, colon)), Integer.parseInt(rdev.substring(colon + 1)));
    }

    private String text(String name) {
      String text = fields.get(name);
      if (text == null) {
        throw new IllegalArgumentException("a line without " + name);
      }
      return text;
    }

    private long number(String name) {
      String text = fields.get(name);
      return text == null ? 0 : Long.parseLong(text);
    }
  }
}
