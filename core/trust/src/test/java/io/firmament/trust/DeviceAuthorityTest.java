package io.firmament.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.ProblemException;
import io.firmament.base.TenantId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final TrustDomain DOMAIN = new TrustDomain("fleet.test");
  private static final DeviceIdentity IDENTITY =
      new DeviceIdentity(DOMAIN, new TenantId(new UUID(1, 2)), "default", "dev-1");

  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  private final SecureRandom random = new SecureRandom();
  @TempDir private Path folder;

  @Test
  void issuesExactlyWhatADeviceNeeds() throws Exception {
    DeviceAuthority authority = authority();
    KeyPair keys = p256();
    X509Certificate leaf =
        authority.issueDevice(IDENTITY, CertificateRequest.verified(hostileRequest(keys)));
    leaf.verify(authority.root().getPublicKey());
    assertEquals(keys.getPublic(), leaf.getPublicKey());
    assertEquals(-1, leaf.getBasicConstraints(), "the request's CA:TRUE is ignored");
    assertEquals("[1.3.6.1.5.5.7.3.2]", leaf.getExtendedKeyUsage().toString());
    assertEquals("[[6, " + IDENTITY.uri() + "]]", leaf.getSubjectAlternativeNames().toString());
    assertFalse(leaf.getSubjectX500Principal().getName().contains("root"));
    boolean[] usage = leaf.getKeyUsage();
    assertTrue(usage[0]);
    assertEquals(1, count(usage));
    assertEquals(NOW.minus(Duration.ofMinutes(5)), leaf.getNotBefore().toInstant());
    assertEquals(NOW.plus(Duration.ofDays(90)), leaf.getNotAfter().toInstant());
    assertEquals(IDENTITY, DeviceIdentity.fromCertificate(leaf, DOMAIN));
    X509Certificate another =
        authority.issueDevice(IDENTITY, CertificateRequest.verified(hostileRequest(keys)));
    assertNotEquals(leaf.getSerialNumber(), another.getSerialNumber());
    assertTrue(leaf.getSerialNumber().bitLength() > 90 && leaf.getSerialNumber().signum() > 0);
  }

  @Test
  void refusesAnIdentityFromAnythingButADeviceCertificateOfTheDomain() throws Exception {
    DeviceAuthority authority = authority();
    X509Certificate server = authority.issueServer(List.of("localhost", "::1"), p256().getPublic());
    X509Certificate leaf =
        authority.issueDevice(IDENTITY, CertificateRequest.verified(hostileRequest(p256())));
    for (X509Certificate wrong : List.of(authority.root(), server)) {
      assertEquals(
          TrustProblem.CLIENT_CERTIFICATE_INVALID,
          assertThrows(ProblemException.class, () -> DeviceIdentity.fromCertificate(wrong, DOMAIN))
              .problem());
    }
    assertThrows(
        ProblemException.class,
        () -> DeviceIdentity.fromCertificate(leaf, new TrustDomain("other.test")));
  }

  @Test
  void readsOnlyTheCanonicalFormOfAnIdentity() {
    assertEquals(Optional.of(IDENTITY), DeviceIdentity.parse(IDENTITY.uri()));
    for (String wrong :
        List.of(
            "",
            IDENTITY.uri() + "/",
            IDENTITY.uri() + "/x",
            IDENTITY.uri().replace("spiffe", "SPIFFE"),
            IDENTITY.uri().replace("dev-1", ".."),
            IDENTITY.uri().replace("dev-1", ""),
            IDENTITY.uri().replace("dev-1", "dev%2d1"),
            IDENTITY.uri().replace("default", "a/b"),
            IDENTITY.uri().replace("00000000-", "0000000g-"),
            IDENTITY.uri().replace("fleet.test", "fleet.test:443"),
            IDENTITY.uri() + "?x=1")) {
      assertEquals(Optional.empty(), DeviceIdentity.parse(wrong), wrong);
    }
  }

  @Test
  void acceptsARequestInEitherEncodingAndRefusesEveryDamagedOne() throws Exception {
    byte[] request = hostileRequest(p256());
    String pem = Pem.encode(Pem.CERTIFICATE_REQUEST, request);
    assertEquals(
        CertificateRequest.verified(request).keyId(),
        CertificateRequest.verified(pem.getBytes(StandardCharsets.US_ASCII)).keyId());
    Random seeded = new Random(7);
    int accepted = 0;
    for (int i = 0; i < 400; i++) {
      byte[] damaged = request.clone();
      damaged[seeded.nextInt(damaged.length)] ^= (byte) (1 << seeded.nextInt(8));
      byte[] candidate =
          i % 2 == 0 ? damaged : Arrays.copyOf(request, seeded.nextInt(request.length));
      try {
        // A signature has more than one encoding; what was signed, the key above all, has not.
        assertEquals(
            CertificateRequest.verified(request).keyId(),
            CertificateRequest.verified(candidate).keyId(),
            "case " + i);
        accepted++;
      } catch (ProblemException refusal) {
        assertEquals(TrustProblem.CSR_INVALID, refusal.problem());
      }
    }
    assertTrue(accepted < 8, accepted + " damaged requests of 400 were accepted");
  }

  @Test
  void keepsItsKeyInAFileThatOnlyTheOwnerReads() throws Exception {
    DeviceAuthority first = SoftwareAuthority.open(folder, DOMAIN, clock, random);
    DeviceAuthority second = SoftwareAuthority.open(folder, DOMAIN, clock, random);
    assertArrayEquals(first.root().getEncoded(), second.root().getEncoded());
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(folder.resolve("device-ca.key"))));
    X509Certificate leaf =
        second.issueDevice(IDENTITY, CertificateRequest.verified(hostileRequest(p256())));
    leaf.verify(first.root().getPublicKey());
    assertTrue(Files.readString(SoftwareAuthority.certificateFile(folder)).contains("BEGIN CERT"));
  }

  @Test
  void signsWhatThePublicKeyVerifies() throws Exception {
    for (SignatureAlgorithm algorithm : SignatureAlgorithm.values()) {
      Path file = folder.resolve("sub/" + algorithm + ".key");
      SoftwareSigner signer = SoftwareSigner.inFile(file, algorithm);
      assertEquals(algorithm, signer.algorithm());
      assertEquals(signer.keyId(), SoftwareSigner.inFile(file, algorithm).keyId());
      byte[] message = "message".getBytes(StandardCharsets.US_ASCII);
      Signature verifier = Signature.getInstance(algorithm.javaName());
      verifier.initVerify(signer.publicKey());
      verifier.update(message);
      assertTrue(verifier.verify(signer.sign(message)));
    }
    assertThrows(
        IOException.class,
        () ->
            SoftwareSigner.inFile(
                folder.resolve("sub/" + SignatureAlgorithm.ED25519 + ".key"),
                SignatureAlgorithm.ECDSA_P256_SHA256));
  }

  private DeviceAuthority authority() {
    SoftwareSigner signer = SoftwareSigner.generate();
    return new DeviceAuthority(
        DOMAIN, signer, DeviceAuthority.createRoot(DOMAIN, signer, clock, random), clock, random);
  }

  private static KeyPair p256() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  /// A request that would like to be an authority.
  private static byte[] hostileRequest(KeyPair keys) throws Exception {
    ExtensionsGenerator extensions = new ExtensionsGenerator();
    extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=root"), keys.getPublic())
        .addAttribute(
            org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
            extensions.generate())
        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
        .getEncoded();
  }

  private static int count(boolean[] usage) {
    List<Integer> set = new ArrayList<>();
    for (int i = 0; i < usage.length; i++) {
      if (usage[i]) {
        set.add(i);
      }
    }
    return set.size();
  }
}
