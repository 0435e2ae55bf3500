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
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.DSAPublicKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/// Certificates of the device that are expired, weak, or signed by a key that lies beside them.
public final class CertificateRule implements Rule {
  private static final int MOST_OF_A_STORE = 8;
  private static final int LONGEST_LEAF_DAYS = 825;
  private static final Pattern STORE =
      Pattern.compile(
          "(?:.*/)?(?:etc/ssl/certs|usr/share/ca-certificates|etc/ca-certificates|cacerts|"
              + "etc/pki/(?:tls|ca-trust)|certifi|ca-bundle|trusted?|roots?)/.*"
              + "|(?:.*/)?(?:ca-bundle|ca-certificates|cacert|cacerts|curl-ca-bundle|ca)\\.[a-z]+"
              + "|(?:.*/)?etc/ssl/cert\\.pem|(?:.*/)?(?:PK|KEK|db[xrt]?)(?:Default)?[.-][^/]*");

  private static final RuleCard CARD =
      new RuleCard(
          "certificate",
          IssueType.WEAK_CERTIFICATE,
          "Weak or expired certificate",
          Severity.MEDIUM,
          Confidence.HIGH,
          List.of("CWE-295", "CWE-298", "CWE-326", "CWE-327"),
          List.of(
              "EN 303 645 5.5-1, 5.5-2, 5.5-3",
              "EN 18031-1 SCM-1, CRY-1, CCK-1",
              "CRA Annex I Part I (2)(e)"),
          "Trust stores are left out: files with more than 8 certificates, and the folders and"
              + " files where distributions keep root certificates, and the key variables of UEFI;"
              + " so is what lies among documentation and tests. Expiry is judged on the day of the"
              + " analysis, which is a parameter, and a signature by SHA-1 or MD5 only where a"
              + " certificate is not its own issuer, as nobody checks the signature of a root.",
          "Issue each device its own certificate with an EC P-256 or RSA 3072 key, signed with"
              + " SHA-256, valid no longer than needed, and let the device renew it.");

  private record Found(Blob blob, KeyMaterial.Certificate certificate) implements Noted {}

  private record Secret(Blob blob, String fingerprint) implements Noted {}

  /// Something wrong with a certificate.
  private record Fault(String text, Severity severity) {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return KeyMaterial.ANCHORS;
  }

  @Override
  public List<Noted> look(Content content) {
    KeyMaterial material = KeyMaterial.of(content);
    List<Noted> noted = new ArrayList<>();
    for (KeyMaterial.Secret secret : material.secrets()) {
      secret.key().fingerprint().ifPresent(p -> noted.add(new Secret(content.blob(), p)));
    }
    boolean store =
        material.certificates().size() > MOST_OF_A_STORE
            || content.named(STORE)
            || content.has(KeyMaterial.UEFI_X509)
            || content.blob().paths().stream().allMatch(Samples::is);
    if (!store) {
      material.certificates().forEach(c -> noted.add(new Found(content.blob(), c)));
    }
    return noted;
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Set<String> secrets = new HashSet<>();
    Map<String, List<Found>> certificates = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Secret secret) {
        secrets.add(secret.fingerprint());
      } else if (note instanceof Found found) {
        certificates
            .computeIfAbsent(found.certificate().sha256(), _ -> new ArrayList<>())
            .add(found);
      }
    }
    Instant today = analysisDate.atStartOfDay(ZoneOffset.UTC).toInstant();
    List<Issue> issues = new ArrayList<>();
    for (List<Found> copies : certificates.values()) {
      KeyMaterial.Certificate certificate = copies.getFirst().certificate();
      boolean keyBeside = secrets.contains(certificate.fingerprint());
      List<Fault> faults = faults(certificate.holder(), today, keyBeside);
      if (!faults.isEmpty()) {
        issues.add(issue(copies, faults, keyBeside));
      }
    }
    return issues;
  }

  private static List<Fault> faults(
      X509CertificateHolder holder, Instant today, boolean keyBeside) {
    List<Fault> faults = new ArrayList<>();
    Instant from = holder.getNotBefore().toInstant();
    Instant to = holder.getNotAfter().toInstant();
    boolean root = holder.getSubject().equals(holder.getIssuer());
    boolean authority = authority(holder);
    if (to.isBefore(today)) {
      faults.add(new Fault("expired", Severity.MEDIUM));
    }
    keyWeakness(holder).ifPresent(text -> faults.add(new Fault(text, Severity.MEDIUM)));
    String signature = signature(holder);
    if (!root && !signature.isEmpty()) {
      faults.add(
          new Fault(
              "signed with " + signature,
              signature.equals("SHA-1") ? Severity.MEDIUM : Severity.HIGH));
    }
    if (authority && keyBeside) {
      faults.add(new Fault("a certificate authority whose key is in the image", Severity.CRITICAL));
    } else if (root && keyBeside) {
      faults.add(new Fault("self-signed, with its key in the image", Severity.MEDIUM));
    }
    boolean longLived = ChronoUnit.DAYS.between(from, to) > LONGEST_LEAF_DAYS;
    if (!authority && longLived && keyBeside) {
      faults.add(new Fault("valid for more than 825 days", Severity.LOW));
    }
    return faults;
  }

  private static boolean authority(X509CertificateHolder holder) {
    try {
      BasicConstraints constraints = BasicConstraints.fromExtensions(holder.getExtensions());
      return constraints != null && constraints.isCA();
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static Optional<String> keyWeakness(X509CertificateHolder holder) {
    try {
      AsymmetricKeyParameter key = PublicKeyFactory.createKey(holder.getSubjectPublicKeyInfo());
      return switch (key) {
        case RSAKeyParameters rsa when rsa.getModulus().bitLength() < 2048 ->
            Optional.of("an RSA key of " + rsa.getModulus().bitLength() + " bits");
        case ECPublicKeyParameters ec when ec.getParameters().getCurve().getFieldSize() < 224 ->
            Optional.of("an EC key of " + ec.getParameters().getCurve().getFieldSize() + " bits");
        case DSAPublicKeyParameters dsa ->
            Optional.of("a DSA key of " + dsa.getParameters().getP().bitLength() + " bits");
        default -> Optional.empty();
      };
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /// The weak digest of the signature; empty where it is not weak.
  private static String signature(X509CertificateHolder holder) {
    return switch (holder.getSignatureAlgorithm().getAlgorithm().getId()) {
      case "1.2.840.113549.1.1.2" -> "MD2";
      case "1.2.840.113549.1.1.3" -> "MD4";
      case "1.2.840.113549.1.1.4" -> "MD5";
      case "1.2.840.113549.1.1.5", "1.3.14.3.2.29", "1.2.840.10040.4.3", "1.2.840.10045.4.1" ->
          "SHA-1";
      default -> "";
    };
  }

  private static Issue issue(List<Found> copies, List<Fault> faults, boolean keyBeside) {
    KeyMaterial.Certificate certificate = copies.getFirst().certificate();
    Severity worst = faults.stream().map(Fault::severity).min(Severity::compareTo).orElseThrow();
    String text = String.join(", ", faults.stream().map(Fault::text).toList());
    X509CertificateHolder holder = certificate.holder();
    return Findings.issue(
        CARD,
        certificate.sha256(),
        worst,
        CARD.confidence(),
        "Certificate " + Findings.brief(holder.getSubject().toString()) + ": " + text,
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
        Map.of(
            "sha256", certificate.sha256(),
            "spkiSha256", certificate.fingerprint(),
            "notAfter", holder.getNotAfter().toInstant().toString(),
            "issuer", Findings.brief(holder.getIssuer().toString()),
            "key", keyBeside ? "in the image" : "not in the image"));
  }
}
