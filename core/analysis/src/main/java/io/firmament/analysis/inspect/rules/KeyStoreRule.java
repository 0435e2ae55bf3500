package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.operator.bc.BcDefaultDigestProvider;
import org.bouncycastle.pkcs.PKCS12PfxPdu;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilderProvider;
import org.bouncycastle.util.encoders.Base64;

/// Stores of private keys: PKCS#12, Java and OpenPGP.
public final class KeyStoreRule implements Rule {
  private static final String PGP = "-----BEGIN PGP PRIVATE KEY BLOCK-----";
  private static final int LONGEST_STORE = 1 << 20;
  private static final int LONGEST_ARMOUR = 1 << 16;
  private static final int MOST_ITERATIONS = 100_000;
  private static final long JKS = 0xfeedfeedL;
  private static final long JCEKS = 0xcecececeL;
  private static final int PGP_SECRET_KEY = 5;
  private static final List<String> PASSWORDS =
      List.of("", "changeit", "password", "changeme", "123456", "secret", "admin", "root", "test");

  private static final RuleCard CARD =
      new RuleCard(
          "key-store",
          IssueType.PRIVATE_KEY,
          "Key store with a private key in the image",
          Severity.MEDIUM,
          Confidence.HIGH,
          List.of("CWE-321", "CWE-312"),
          List.of(
              "EN 303 645 5.4-1, 5.4-3",
              "EN 18031-1 SSM-1, SSM-3, CCK-3",
              "CRA Annex I Part I (2)(e)"),
          "The file must be a whole store of its format: a PKCS#12 PFX that parses, a Java store"
              + " with a private key entry, an OpenPGP packet of a secret key. A store that an"
              + " empty or a very common password opens, or that has no password, is graded HIGH.",
          "Take the store out of the image and give each device a key of its own.");

  private record Found(Blob blob, String format, String protection, long offset, String evidence)
      implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return List.of(PGP);
  }

  @Override
  public List<Noted> look(Content content) {
    List<Noted> noted = new ArrayList<>();
    String digest = content.blob().sha256().hex();
    for (long offset : content.at(PGP)) {
      armoured(content.latin(offset, LONGEST_ARMOUR))
          .flatMap(KeyStoreRule::pgp)
          .ifPresent(how -> noted.add(new Found(content.blob(), "OpenPGP", how, offset, digest)));
    }
    if (content.elf().isEmpty() && content.blob().content().size() <= LONGEST_STORE) {
      byte[] head = content.blob().head(64);
      store(content, head).ifPresent(found -> noted.add(found));
    }
    return noted;
  }

  private static Optional<Found> store(Content content, byte[] head) {
    if (head.length < 16) {
      return Optional.empty();
    }
    long magic = ByteBuffer.wrap(head).getInt() & 0xffffffffL;
    Optional<String> protection = Optional.empty();
    String format = "";
    if (magic == JKS || magic == JCEKS) {
      format = magic == JKS ? "Java key store" : "Java JCE key store";
      protection = java(head);
    } else if (head[0] == 0x30 && pfxVersion(head)) {
      format = "PKCS#12";
      protection = pkcs12(content.blob().head(LONGEST_STORE));
    } else if ((head[0] & 0x80) != 0) {
      format = "OpenPGP";
      protection = pgp(content.blob().head(LONGEST_ARMOUR));
    }
    String named = format;
    return protection.map(
        how -> new Found(content.blob(), named, how, 0, content.blob().sha256().hex()));
  }

  /// The version of a Java store is 1 or 2; tag 1 of the first entry is a private key.
  private static Optional<String> java(byte[] head) {
    ByteBuffer buffer = ByteBuffer.wrap(head);
    int version = buffer.getInt(4);
    boolean known = (version == 1 || version == 2) && buffer.getInt(8) > 0;
    return known && buffer.getInt(12) == 1 ? Optional.of("with a password") : Optional.empty();
  }

  /// RFC 7292: PFX ::= SEQUENCE { version INTEGER {v3(3)}, ...
  private static boolean pfxVersion(byte[] head) {
    int form = head[1] & 0xff;
    int at = form < 0x80 ? 2 : 2 + (form & 0x7f);
    return at + 3 <= head.length && head[at] == 2 && head[at + 1] == 1 && head[at + 2] == 3;
  }

  private static Optional<String> pkcs12(byte[] file) {
    try (ASN1InputStream in = new ASN1InputStream(file)) {
      Pfx pfx = Pfx.getInstance(ASN1Sequence.getInstance(in.readObject()));
      PKCS12PfxPdu store = new PKCS12PfxPdu(pfx);
      boolean bounded =
          store.hasMac()
              && pfx.getMacData().getIterationCount().bitLength() < 31
              && pfx.getMacData().getIterationCount().intValue() <= MOST_ITERATIONS;
      for (String password : bounded ? PASSWORDS : List.<String>of()) {
        if (opens(store, password)) {
          return Optional.of(password.isEmpty() ? "without a password" : "with a common password");
        }
      }
      return Optional.of("with a password");
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static boolean opens(PKCS12PfxPdu store, String password) {
    try {
      return store.isMacValid(
          new BcPKCS12MacCalculatorBuilderProvider(BcDefaultDigestProvider.INSTANCE),
          password.toCharArray());
    } catch (org.bouncycastle.pkcs.PKCSException | RuntimeException e) {
      return false;
    }
  }

  /// RFC 9580 section 6: armour headers, an empty line, base64, a checksum line.
  private static Optional<byte[]> armoured(String text) {
    int end = text.indexOf("-----END PGP PRIVATE KEY BLOCK-----");
    int start = text.replace("\r\n", "\n").indexOf("\n\n");
    if (end < 0 || start < 0) {
      return Optional.empty();
    }
    String body = text.substring(0, end).replace("\r\n", "\n").substring(start).strip();
    int checksum = body.lastIndexOf("\n=");
    try {
      return Optional.of(Base64.decode(checksum < 0 ? body : body.substring(0, checksum)));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  /// RFC 9580 sections 4.2 and 5.5.3: a packet of tag 5, then version 4, the public numbers, and
  /// how the secret ones are protected: 0 means not at all.
  private static Optional<String> pgp(byte[] packets) {
    try {
      ByteBuffer in = ByteBuffer.wrap(packets);
      int tag = in.get() & 0xff;
      boolean modern = (tag & 0x40) != 0;
      int kind = modern ? tag & 0x3f : (tag >> 2) & 0x0f;
      long length = modern ? modernLength(in) : oldLength(in, tag & 3);
      boolean whole = length > 20 && length <= in.remaining() && in.get() == 4;
      if ((tag & 0x80) == 0 || kind != PGP_SECRET_KEY || !whole) {
        return Optional.empty();
      }
      in.getInt();
      int algorithm = in.get() & 0xff;
      skipPublic(in, algorithm);
      return Optional.of(in.get() == 0 ? "without a password" : "with a password");
    } catch (java.nio.BufferUnderflowException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static long modernLength(ByteBuffer in) {
    int first = in.get() & 0xff;
    if (first < 192) {
      return first;
    }
    return first < 224 ? ((first - 192) << 8) + (in.get() & 0xff) + 192 : in.getInt();
  }

  private static long oldLength(ByteBuffer in, int form) {
    return switch (form) {
      case 0 -> in.get() & 0xff;
      case 1 -> in.getShort() & 0xffff;
      default -> in.getInt() & 0xffffffffL;
    };
  }

  private static void skipPublic(ByteBuffer in, int algorithm) {
    int numbers =
        switch (algorithm) {
          case 1, 2, 3 -> 2;
          case 16, 20 -> 3;
          case 17 -> 4;
          case 18, 19, 22 -> {
            int oid = in.get() & 0xff;
            in.position(in.position() + oid);
            yield 1;
          }
          default -> throw new IllegalArgumentException("a kind of key that is not known");
        };
    for (int i = 0; i < numbers; i++) {
      int bits = in.getShort() & 0xffff;
      in.position(in.position() + (bits + 7) / 8);
    }
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, Found> stores = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Found found) {
        stores.putIfAbsent(found.evidence() + "/" + found.offset(), found);
      }
    }
    List<Issue> issues = new ArrayList<>();
    stores.forEach((key, found) -> issues.add(issue(key, found)));
    return issues;
  }

  private static Issue issue(String key, Found found) {
    boolean open = !found.protection().equals("with a password");
    return Findings.issue(
        CARD,
        key,
        open ? Severity.HIGH : CARD.severity(),
        CARD.confidence(),
        found.format() + " store with a private key, " + found.protection(),
        found.blob().paths(),
        Map.of(
            "format", found.format(),
            "protection", found.protection(),
            "offset", Long.toString(found.offset())));
  }
}
