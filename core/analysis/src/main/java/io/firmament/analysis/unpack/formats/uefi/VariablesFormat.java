package io.firmament.analysis.unpack.formats.uefi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The variable store of EDK II, plain or authenticated. Every live variable is a file; the
/// certificates of the Secure Boot keys are files, too, and their subjects facts of the chunk.
public final class VariablesFormat implements Format {
  private static final String AUTHENTICATED = "AAF32C78-947B-439A-A180-2E144EC37792";
  private static final String PLAIN = "DDCF3616-3275-4164-98B6-FE85707FFE7D";
  private static final int HEADER = 28;
  private static final int FORMATTED = 0x5a;
  private static final int HEALTHY = 0xfe;
  private static final int LIVE = 0x3f;
  private static final int IN_DELETED_TRANSITION = 0x3e;
  private static final int MOST_VARIABLES = 10_000;
  private static final List<String> KEYS = List.of("PK", "KEK", "db", "dbx");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "uefi-variables",
        "UEFI variable store (EDK II)",
        FormatCard.Kind.TREE,
        List.of(Guid.magic(AUTHENTICATED), Guid.magic(PLAIN)),
        List.of(),
        List.of("deleted variables are not shown", "stores of other vendors are not read"),
        List.of(
            "EDK II MdeModulePkg/Include/Guid/VariableFormat.h",
            "UEFI Specification 2.10, section 32.4 (signature databases)"));
  }

  private record Variable(String name, String guid, ByteSource data) {}

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, HEADER);
    if (head.length < HEADER) {
      return Optional.empty();
    }
    long size = Binary.u32le(head, 16);
    if ((head[20] & 0xff) != FORMATTED
        || (head[21] & 0xff) != HEALTHY
        || size < HEADER
        || size > 16 << 20) {
      return Optional.empty();
    }
    Map<String, String> meta = new TreeMap<>();
    List<Variable> variables = variables(source.slice(start, size));
    meta.put("variables", Integer.toString(variables.size()));
    for (String key : KEYS) {
      meta.put(key, "absent");
    }
    for (Variable variable : variables) {
      if (KEYS.contains(variable.name)) {
        meta.put(variable.name, Signatures.of(variable.data).describe());
      }
    }
    meta.put("setupMode", Boolean.toString("absent".equals(meta.get("PK"))));
    boolean whole = size <= source.size() - start;
    return Optional.of(
        new Chunk(
            start,
            whole ? start + size : source.size(),
            whole ? Confidence.MEDIUM : Confidence.LOW,
            false,
            meta));
  }

  /// Live variables in their order; the list ends where no variable starts.
  private static List<Variable> variables(ByteSource store) {
    List<Variable> variables = new ArrayList<>();
    boolean authenticated = Guid.of(Binary.upTo(store, 0, 16), 0).equals(AUTHENTICATED);
    int header = authenticated ? 60 : 32;
    long at = HEADER;
    while (variables.size() < MOST_VARIABLES) {
      byte[] head = Binary.upTo(store, at, header);
      if (head.length < header || Binary.u16le(head, 0) != 0x55aa) {
        return variables;
      }
      long nameSize = Binary.u32le(head, header - 24);
      long dataSize = Binary.u32le(head, header - 20);
      if (nameSize + dataSize > store.size() - at - header) {
        return variables;
      }
      int state = head[2] & 0xff;
      if (state == LIVE || state == IN_DELETED_TRANSITION) {
        byte[] name = Binary.upTo(store, at + header, (int) Math.min(nameSize, 1 << 10));
        String text = new String(name, StandardCharsets.UTF_16LE);
        int end = text.indexOf(0);
        variables.add(
            new Variable(
                end < 0 ? text : text.substring(0, end),
                Guid.of(head, header - 16),
                store.slice(at + header + nameSize, dataSize)));
      }
      at = (at + header + nameSize + dataSize + 3) / 4 * 4;
    }
    return variables;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    for (Variable variable : variables(content)) {
      String path = variable.name.replace('/', '_') + "-" + variable.guid;
      sink.file(entry(path), Body.of(variable.data));
      if (KEYS.contains(variable.name)) {
        int count = 0;
        for (ByteSource certificate : Signatures.of(variable.data).certificates()) {
          sink.file(entry(variable.name + "." + count++ + ".der"), Body.of(certificate));
        }
      }
    }
    chunk.requireWhole();
  }

  private static RawEntry entry(String path) {
    return RawEntry.plain(path.getBytes(StandardCharsets.UTF_8), EntryType.FILE, 0644, 0);
  }
}
