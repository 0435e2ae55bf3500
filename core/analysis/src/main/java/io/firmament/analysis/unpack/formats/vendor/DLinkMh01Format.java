package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// D-Link's MH01: a header for the signature, one for the encryption, the initialization vector as
/// text, and what `openssl enc` wrote.
public final class DLinkMh01Format implements Format {
  private static final int HEADER = 16;
  private static final int VECTOR = 33;
  private static final int MOST_SIGNATURE = 4096;
  private static final byte[] MARK = Binary.ascii("MH01");
  private static final byte[] SALTED = Binary.ascii("Salted__");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "dlink-mh01",
        "D-Link encrypted firmware image (MH01)",
        FormatCard.Kind.WRAPPER,
        List.of(new Magic(0, MARK)),
        List.of(),
        List.of(
            "recognised and reported, not decrypted: each device has a key of its own",
            "never tried on a real image; the fixture is made from the description"),
        List.of(
            "OpenWrt firmware-utils, src/dlink-ai-firmware-tool.c, for the layout",
            "binwalk 3, structures/mh01.rs, for the fields"));
  }

  /// The signed length and that of the signature, then those of the vector and of what is
  /// encrypted.
  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] b = Binary.upTo(source, start, 2 * HEADER + VECTOR);
    if (b.length < 2 * HEADER + VECTOR) {
      return Optional.empty();
    }
    long signed = Binary.u32le(b, 4);
    long signature = Binary.u32le(b, 8);
    long vector = Binary.u32le(b, 20);
    long encrypted = Binary.u32le(b, 24);
    boolean sound =
        Binary.matches(source, start + HEADER, MARK)
            && vector == VECTOR
            && signature > 0
            && signature <= MOST_SIGNATURE
            && HEADER + vector + encrypted <= signed
            && Binary.matches(source, start + 2L * HEADER + VECTOR, SALTED);
    Map<String, String> meta = Map.of("iv", Binary.text(b, 2 * HEADER, VECTOR).strip());
    return sound
        ? Chunk.sized(source, start, HEADER + signed + signature, false, meta)
            .map(Chunk::asEncrypted)
        : Optional.empty();
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.leaf("firmware.enc", Body.of(content));
    sink.encrypted("dlink-mh01: AES-CBC with a key that the device has");
    chunk.requireWhole();
  }
}
