package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.inspect.Table;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;

/// Keys that are no secret: their private half is published, or follows from the public one.
public final class KnownKeyRule implements Rule {
  private static final String SSH = "ssh-rsa AAAA";
  private static final Pattern SSH_KEY =
      Pattern.compile("ssh-rsa (AAAA[A-Za-z0-9+/]{200,4000}={0,3})");
  private static final Pattern TEST_NAME =
      Pattern.compile("(?i)do not (?:trust|ship)|snake\\s?oil");

  private static final RuleCard CARD =
      new RuleCard(
          "known-key",
          IssueType.KNOWN_KEY,
          "A key whose private half is public",
          Severity.CRITICAL,
          Confidence.HIGH,
          List.of("CWE-1394", "CWE-321", "CWE-338"),
          List.of(
              "EN 303 645 5.4-1, 5.4-3, 5.4-4",
              "EN 18031-1 CCK-1, CCK-2, CCK-3",
              "CRA Annex I Part I (2)(d), (2)(e)"),
          "A key is compared by the SHA-256 of its public half with a list of published keys, and"
              + " an RSA modulus is tested for close primes, a degenerate exponent and the"
              + " structure of CVE-2017-15361. A certificate whose own name says that it must not"
              + " be trusted or shipped counts with medium confidence. Certificates, private keys,"
              + " SSH public keys and the signature lists of UEFI variable stores are read.",
          "Replace the key by one that was generated for this product and is kept in a hardware"
              + " module; treat everything it has signed as unsigned.");

  private final Map<String, List<String>> published;

  /// With the published keys that are shipped.
  public KnownKeyRule() {
    Map<String, List<String>> read = new HashMap<>();
    Table.read("known-keys.tsv", 4).forEach(row -> read.put(row.getFirst(), row));
    this.published = Map.copyOf(read);
  }

  private record Found(
      Blob blob,
      String fingerprint,
      String what,
      String source,
      Severity severity,
      Confidence confidence,
      long offset)
      implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    List<String> anchors = new ArrayList<>(KeyMaterial.ANCHORS);
    anchors.add(SSH);
    return anchors;
  }

  @Override
  public List<Noted> look(Content content) {
    KeyMaterial material = KeyMaterial.of(content);
    List<Noted> noted = new ArrayList<>();
    for (KeyMaterial.Secret secret : material.secrets()) {
      secret
          .key()
          .fingerprint()
          .flatMap(print -> published(content.blob(), print, secret.offset()))
          .ifPresent(noted::add);
    }
    for (KeyMaterial.Certificate certificate : material.certificates()) {
      published(content.blob(), certificate.fingerprint(), certificate.offset())
          .or(() -> weak(content.blob(), certificate))
          .or(() -> named(content.blob(), certificate))
          .ifPresent(noted::add);
    }
    for (long offset : content.at(SSH)) {
      Matcher matcher = SSH_KEY.matcher(content.latin(offset, 4_200));
      if (matcher.lookingAt()) {
        published(content.blob(), AuthorizedKeyRule.fingerprint(matcher.group(1)), offset)
            .ifPresent(noted::add);
      }
    }
    return noted;
  }

  private Optional<Noted> published(Blob blob, String fingerprint, long offset) {
    List<String> row = published.get(fingerprint);
    return row == null
        ? Optional.empty()
        : Optional.of(
            new Found(
                blob,
                fingerprint,
                row.get(2),
                row.get(3),
                Severity.valueOf(row.get(1)),
                Confidence.HIGH,
                offset));
  }

  private static Optional<Noted> weak(Blob blob, KeyMaterial.Certificate certificate) {
    return rsa(certificate)
        .flatMap(key -> WeakRsa.weakness(key.getModulus(), key.getPublicExponent()))
        .map(
            weakness ->
                new Found(
                    blob,
                    certificate.fingerprint(),
                    "an RSA key that can be worked out: " + weakness,
                    "mathematics",
                    Severity.CRITICAL,
                    Confidence.HIGH,
                    certificate.offset()));
  }

  static Optional<RSAPublicKey> rsa(KeyMaterial.Certificate certificate) {
    try {
      boolean rsa =
          PKCSObjectIdentifiers.rsaEncryption.equals(
              certificate.holder().getSubjectPublicKeyInfo().getAlgorithm().getAlgorithm());
      return rsa
          ? Optional.of(
              RSAPublicKey.getInstance(
                  certificate.holder().getSubjectPublicKeyInfo().parsePublicKey()))
          : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<Noted> named(Blob blob, KeyMaterial.Certificate certificate) {
    String subject = certificate.holder().getSubject().toString();
    return TEST_NAME.matcher(subject).find()
        ? Optional.of(
            new Found(
                blob,
                certificate.fingerprint(),
                "a test key by its own name: " + Findings.brief(subject),
                "the certificate's subject",
                Severity.HIGH,
                Confidence.MEDIUM,
                certificate.offset()))
        : Optional.empty();
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> keys = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Found found) {
        keys.computeIfAbsent(found.fingerprint(), _ -> new ArrayList<>()).add(found);
      }
    }
    return keys.values().stream().map(KnownKeyRule::issue).toList();
  }

  private static Issue issue(List<Found> copies) {
    Found first = copies.getFirst();
    return Findings.issue(
        CARD,
        first.fingerprint(),
        first.severity(),
        first.confidence(),
        "A key whose private half is public: " + first.what(),
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
        Map.of(
            "spkiSha256",
            first.fingerprint(),
            "source",
            first.source(),
            "offset",
            Long.toString(first.offset())));
  }
}
