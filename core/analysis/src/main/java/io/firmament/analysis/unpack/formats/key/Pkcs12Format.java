package io.firmament.analysis.unpack.formats.key;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.pkcs.PKCS12PfxPdu;

/// A store of keys in PKCS#12.
public final class Pkcs12Format implements Format {
  private static final int LONGEST = 1 << 24;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "pkcs12",
        "PKCS#12 key store",
        FormatCard.Kind.KEY,
        List.of(
            Magic.hex(4, "020103 3082"),
            Magic.hex(4, "020103 3080"),
            Magic.hex(5, "020103 3082"),
            Magic.hex(5, "020103 3083")),
        List.of(),
        List.of("stores of indefinite length are not found", "nothing is decrypted"),
        List.of("RFC 7292"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    long length = DerFormat.length(source, start);
    if (length < 64 || length > LONGEST) {
      return Optional.empty();
    }
    try {
      Pfx pfx = Pfx.getInstance(Binary.bytes(source, start, (int) length));
      PKCS12PfxPdu store = new PKCS12PfxPdu(pfx);
      int parts = store.getContentInfos().length;
      boolean encrypted =
          java.util.Arrays.stream(store.getContentInfos())
              .anyMatch(info -> info.getContentType().equals(PKCSObjectIdentifiers.encryptedData));
      Map<String, String> meta =
          Map.of(
              "content", "key store",
              "parts", Integer.toString(parts),
              "protected", Boolean.toString(store.hasMac()));
      return Optional.of(new Chunk(start, start + length, Confidence.HIGH, encrypted, meta));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.leaf("store.p12", Body.of(content));
  }
}
