package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// PAR2 recovery files: packets, each with an MD5 of what is behind it.
public final class Par2Format implements Format {
  private static final int HEADER = 64;
  private static final int CHECKED_FROM = 32;
  private static final int KIND_AT = 48;
  private static final int NAME_AT = 120;
  private static final int LONGEST_FILE_PACKET = 1 << 16;
  private static final byte[] MARK = Binary.ascii("PAR2\0PKT");
  private static final byte[] FILE = Binary.ascii("PAR 2.0\0FileDesc");
  private static final int NAMED = 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "par2",
        "PAR2 recovery file",
        FormatCard.Kind.DATA,
        List.of(new Magic(0, MARK)),
        List.of(),
        List.of("nothing is recovered with it"),
        List.of("Parity Volume Set Specification 2.0"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    long at = start;
    long packets = 0;
    TreeSet<String> names = new TreeSet<>();
    while (true) {
      byte[] head = Binary.upTo(source, at, HEADER);
      if (head.length < HEADER || !Arrays.equals(MARK, Arrays.copyOf(head, MARK.length))) {
        break;
      }
      long length = Binary.i64le(head, 8);
      if (length < HEADER || length % 4 != 0 || length > source.size() - at) {
        break;
      }
      byte[] digest =
          Checksums.digest("MD5", source.slice(at + CHECKED_FROM, length - CHECKED_FROM));
      if (!Arrays.equals(digest, Arrays.copyOfRange(head, 16, 32))) {
        break;
      }
      boolean file = Arrays.equals(FILE, Arrays.copyOfRange(head, KIND_AT, HEADER));
      if (file && length > NAME_AT && length < LONGEST_FILE_PACKET && names.size() < NAMED) {
        byte[] name = Binary.upTo(source, at + NAME_AT, (int) length - NAME_AT);
        names.add(Binary.text(name, 0, name.length));
      }
      packets++;
      at += length;
    }
    if (packets == 0) {
      return Optional.empty();
    }
    Map<String, String> meta =
        Map.of("packets", Long.toString(packets), "files", String.join(", ", names));
    return Optional.of(new Chunk(start, at, Confidence.HIGH, false, meta));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.leaf("recovery.par2", Body.of(content));
  }
}
