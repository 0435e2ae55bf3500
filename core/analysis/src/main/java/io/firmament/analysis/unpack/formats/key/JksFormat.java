package io.firmament.analysis.unpack.formats.key;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Java's own key stores JKS and JCEKS: entries of private keys with their certificates and of
/// trusted certificates, and a digest that needs the password.
public final class JksFormat implements Format {
  private static final int HEADER = 12;
  private static final int DIGEST = 20;
  private static final int MOST_ENTRIES = 10_000;
  private static final int LONGEST = 1 << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "jks",
        "Java key store (JKS, JCEKS)",
        FormatCard.Kind.KEY,
        List.of(Magic.hex(0, "feedfeed 000000"), Magic.hex(0, "cececece 000000")),
        List.of(),
        List.of(
            "nothing is decrypted; the digest is not verified",
            "secret keys of JCEKS end the list"),
        List.of("OpenJDK, sun.security.provider.JavaKeyStore"));
  }

  private static final class Entries {
    private final ByteSource source;
    private long at;
    private int keys;
    private int trusted;

    Entries(ByteSource source, long at) {
      this.source = source;
      this.at = at;
    }

    private void skip(long count) throws IOException {
      if (count < 0 || count > LONGEST || at + count > source.size()) {
        throw new CorruptException("an entry that makes no sense");
      }
      at += count;
    }

    private void text() throws IOException {
      skip(2L + Binary.u16be(source, at));
    }

    private void data() throws IOException {
      skip(4L + Binary.u32be(source, at));
    }

    private void certificate(int version) throws IOException {
      if (version == 2) {
        text();
      }
      data();
    }

    void entry(int version) throws IOException {
      long tag = Binary.u32be(source, at);
      skip(4);
      text();
      skip(8);
      if (tag == 1) {
        data();
        long chain = Binary.u32be(source, at);
        skip(4);
        for (long i = 0; i < chain; i++) {
          certificate(version);
        }
        keys++;
      } else if (tag == 2) {
        certificate(version);
        trusted++;
      } else {
        throw new CorruptException("an entry of kind " + tag);
      }
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      long magic = Binary.u32be(source, start);
      long version = Binary.u32be(source, start + 4);
      long count = Binary.u32be(source, start + 8);
      if (version < 1 || version > 2 || count < 1 || count > MOST_ENTRIES) {
        return Optional.empty();
      }
      Entries entries = new Entries(source, start + HEADER);
      for (long i = 0; i < count; i++) {
        entries.entry((int) version);
      }
      return Chunk.sized(
              source,
              start,
              entries.at + DIGEST - start,
              true,
              Map.of(
                  "content",
                  "key store",
                  "kind",
                  magic == 0xfeedfeedL ? "JKS" : "JCEKS",
                  "privateKeys",
                  Integer.toString(entries.keys),
                  "trustedCertificates",
                  Integer.toString(entries.trusted)))
          .map(chunk -> entries.keys > 0 ? chunk.asEncrypted() : chunk);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.leaf("store.jks", Body.of(content));
    chunk.requireWhole();
  }
}
