package io.firmament.analysis.unpack.formats.uefi;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/// Signature lists, UEFI 2.10 section 32.4.1.
///
/// @param certificates of X.509 lists
/// @param others entries of other lists, for example hashes
record Signatures(List<ByteSource> certificates, int others) {
  private static final String X509 = "A5C059A1-94E4-4AA7-87B5-AB155C2BF072";
  private static final int HEADER = 28;
  private static final int OWNER = 16;
  private static final int MOST = 1 << 12;

  static Signatures of(ByteSource data) {
    List<ByteSource> certificates = new ArrayList<>();
    int others = 0;
    long at = 0;
    while (certificates.size() + others < MOST) {
      byte[] head = Binary.upTo(data, at, HEADER);
      if (head.length < HEADER) {
        break;
      }
      long size = Binary.u32le(head, 16);
      long first = at + HEADER + Binary.u32le(head, 20);
      long each = Binary.u32le(head, 24);
      if (size < HEADER || size > data.size() - at || each <= OWNER) {
        break;
      }
      boolean x509 = Guid.of(head, 0).equals(X509);
      for (long i = first;
          i + each <= at + size && certificates.size() + others < MOST;
          i += each) {
        if (x509) {
          certificates.add(data.slice(i + OWNER, each - OWNER));
        } else {
          others++;
        }
      }
      at += size;
    }
    return new Signatures(certificates, others);
  }

  /// The subjects of the certificates, and how many other entries there are.
  String describe() {
    List<String> parts = new ArrayList<>();
    for (ByteSource certificate : certificates) {
      parts.add(subject(certificate));
    }
    if (others > 0) {
      parts.add(others + " hashes");
    }
    return parts.isEmpty() ? "empty" : String.join("; ", parts);
  }

  private static String subject(ByteSource certificate) {
    try {
      byte[] der = Binary.upTo(certificate, 0, 1 << 16);
      return ((X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der)))
          .getSubjectX500Principal()
          .getName();
    } catch (CertificateException e) {
      return "unreadable certificate";
    }
  }
}
