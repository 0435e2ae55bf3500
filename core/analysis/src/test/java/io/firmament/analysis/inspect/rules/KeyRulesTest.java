package io.firmament.analysis.inspect.rules;

import static io.firmament.analysis.inspect.Inspected.by;
import static io.firmament.analysis.inspect.Inspected.fixture;
import static io.firmament.analysis.inspect.Inspected.only;
import static io.firmament.analysis.inspect.Inspected.pem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyRulesTest {
  // The public half of Vagrant's insecure key, as its project publishes it.
  private static final String VAGRANT =
      "ssh-rsa"
          + " AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHz"
          + "D8+v1I2YJ6oXevct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSI"
          + "Fo9D8HfdOV0IAdx4O7PtixWKn5y2hMNG0zQPyUecp4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmC"
          + "P3NOTd0jMZEnDkbUvxhMmBYSdETk1rRgm+R4LOzFUGaHqHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHlnVYCzRdK8jlqm8tehUc9c9WhQ=="
          + " vagrant";

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC"})
  void findsAKeyInDer(String algorithm) throws GeneralSecurityException {
    byte[] der = pair(algorithm).getPrivate().getEncoded();
    Issue issue = only("private-key", new MemoryTree().file("etc/device.der", 0600, der));
    assertEquals("PKCS#8 DER", issue.facts().get("format"));
    der[der.length / 2] ^= 1;
    byte[] longer = java.util.Arrays.copyOf(der, der.length + 1);
    assertEquals(List.of(), by("private-key", new MemoryTree().file("x", 0600, longer)));
  }

  @Test
  void findsAPuttyKeyAndWhetherItIsEncrypted() {
    String text =
        """
        PuTTY-User-Key-File-2: ssh-ed25519
        Encryption: %s
        Comment: x
        Public-Lines: 1
        AAAA
        Private-Lines: 1
        AAAA
        Private-MAC: 00
        """;
    MemoryTree open = new MemoryTree().file("a.ppk", text.formatted("none"));
    MemoryTree locked = new MemoryTree().file("a.ppk", text.formatted("aes256-cbc"));
    assertEquals(Severity.HIGH, only("private-key", open).severity());
    assertEquals(Severity.MEDIUM, only("private-key", locked).severity());
    MemoryTree words = new MemoryTree().file("a", "PuTTY-User-Key-File-2: is the first line");
    assertEquals(List.of(), by("private-key", words));
  }

  @Test
  void findsAKeyInDerInsideOfAProgram() throws GeneralSecurityException {
    for (String algorithm : List.of("RSA", "EC")) {
      byte[] key = pair(algorithm).getPrivate().getEncoded();
      String text = new String(key, StandardCharsets.ISO_8859_1);
      byte[] program = TestElf.arm().text("before" + text + "behind", "x").build();
      Issue issue = only("private-key", new MemoryTree().file("usr/bin/p", 0755, program));
      assertTrue(issue.summary().contains(algorithm), issue.summary());
      MemoryTree library = new MemoryTree().file("usr/lib/selftest.o", 0644, program);
      assertEquals(Severity.LOW, only("private-key", library).severity());
      byte[] cut = TestElf.arm().text(text.substring(0, text.length() / 2), "x").build();
      assertEquals(List.of(), by("private-key", new MemoryTree().file("usr/bin/p", 0755, cut)));
    }
  }

  @Test
  void gradesAKeyAmongDocumentationLower() throws GeneralSecurityException {
    String key = pem("PRIVATE KEY", pair("EC").getPrivate().getEncoded());
    Issue issue = only("private-key", new MemoryTree().file("usr/share/doc/x/examples/a", key));
    assertEquals(Severity.LOW, issue.severity());
    assertEquals(Confidence.LOW, issue.confidence());
  }

  @Test
  void callsAHostKeyByItsName() throws GeneralSecurityException {
    String key = pem("PRIVATE KEY", pair("EC").getPrivate().getEncoded());
    MemoryTree tree = new MemoryTree().file("etc/ssh/ssh_host_ecdsa_key", key);
    assertEquals("SSH_HOST_KEY", only("ssh-host-key", tree).type());
    assertEquals(List.of(), by("private-key", tree));
    assertEquals(List.of(), by("ssh-host-key", new MemoryTree().file("etc/device.key", key)));
  }

  // Stores

  @ParameterizedTest
  @CsvSource({"PKCS12, changeit, HIGH", "PKCS12, f7a2-9c1e, MEDIUM", "JKS, changeit, MEDIUM"})
  void findsAStoreAndWhetherItIsAsGoodAsOpen(String kind, String password, Severity severity)
      throws Exception {
    KeyPair pair = pair("EC");
    KeyStore store = KeyStore.getInstance(kind);
    store.load(null, null);
    Certificate certificate =
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new java.io.ByteArrayInputStream(
                    certificate(pair, "CN=d", "SHA256withECDSA", 2033)));
    store.setKeyEntry(
        "k", pair.getPrivate(), password.toCharArray(), new Certificate[] {certificate});
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    store.store(file, password.toCharArray());
    Issue issue = only("key-store", new MemoryTree().file("a", 0600, file.toByteArray()));
    assertEquals(severity, issue.severity());
    byte[] cut = java.util.Arrays.copyOf(file.toByteArray(), 14);
    assertEquals(List.of(), by("key-store", new MemoryTree().file("a", 0600, cut)));
  }

  @Test
  void readsHowAnOpenPgpKeyIsProtected() {
    byte[] open = fixture("openpgp-open.asc");
    byte[] locked = fixture("openpgp-locked.asc");
    Issue issue = only("key-store", new MemoryTree().file("a", 0600, open));
    assertEquals(Severity.HIGH, issue.severity());
    assertEquals("without a password", issue.facts().get("protection"));
    assertEquals(
        Severity.MEDIUM, only("key-store", new MemoryTree().file("a", 0600, locked)).severity());
    String words = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nnothing\n";
    assertEquals(List.of(), by("key-store", new MemoryTree().file("a", words)));
  }

  @Test
  void survivesBrokenStores() {
    Random random = new Random(11);
    MemoryTree tree = new MemoryTree();
    byte[][] heads = {
      HexFormat.of().parseHex("feedfeed0000000200000001ff"),
      HexFormat.of().parseHex("3082ffff020103"),
      HexFormat.of().parseHex("95ffff04"),
      HexFormat.of().parseHex("c5ff7fffffff04")
    };
    for (int i = 0; i < 400; i++) {
      byte[] noise = new byte[20 + random.nextInt(400)];
      random.nextBytes(noise);
      byte[] head = heads[i % heads.length];
      System.arraycopy(head, 0, noise, 0, Math.min(head.length, noise.length));
      tree.file("f" + i, 0600, noise);
    }
    assertTrue(by("private-key", tree).isEmpty());
    assertTrue(by("certificate", tree).isEmpty());
  }

  // Known keys

  @Test
  void knowsAPublishedKeyInAnAuthorizedKeysFile() {
    MemoryTree tree = new MemoryTree().file("root/.ssh/authorized_keys", VAGRANT + "\n");
    Issue known = only("known-key", tree);
    assertEquals(Severity.CRITICAL, known.severity());
    assertTrue(known.summary().contains("Vagrant"));
    Issue authorized = only("authorized-key", tree);
    assertEquals(known.facts().get("spkiSha256"), authorized.facts().get("spkiSha256"));
    String other = VAGRANT.replace("6NF8ial", "6NF8iam");
    assertEquals(List.of(), by("known-key", new MemoryTree().file("a", other)));
  }

  @Test
  void takesOnlyAuthorizedKeysFilesForAuthority() {
    assertEquals(List.of(), by("authorized-key", new MemoryTree().file("id_rsa.pub", VAGRANT)));
    MemoryTree comment = new MemoryTree().file("root/.ssh/authorized_keys", "# " + VAGRANT);
    assertEquals(List.of(), by("authorized-key", comment));
  }

  @Test
  void readsTheSignatureListsOfAVariableStore() throws Exception {
    byte[] test = certificate(pair("EC"), "CN=DO NOT TRUST - Test PK", "SHA256withECDSA", 2033);
    byte[] real = certificate(pair("EC"), "CN=Maker PK 2024", "SHA256withECDSA", 2033);
    Issue issue = only("known-key", new MemoryTree().file("vars", 0600, variables(test)));
    assertEquals(Severity.HIGH, issue.severity());
    assertEquals(Confidence.MEDIUM, issue.confidence());
    assertEquals(List.of(), by("known-key", new MemoryTree().file("vars", 0600, variables(real))));
  }

  private static byte[] variables(byte[] certificate) {
    ByteBuffer list = ByteBuffer.allocate(1000 + 44 + certificate.length);
    list.order(ByteOrder.LITTLE_ENDIAN).position(1000);
    list.put(HexFormat.of().parseHex("a159c0a5e494a74a87b5ab155c2bf072"));
    list.putInt(44 + certificate.length).putInt(0).putInt(16 + certificate.length);
    return list.put(new byte[16]).put(certificate).array();
  }

  @Test
  void worksWeakRsaKeysOut() {
    BigInteger p = BigInteger.ONE.shiftLeft(512).nextProbablePrime();
    BigInteger q = p.nextProbablePrime();
    BigInteger far = BigInteger.ONE.shiftLeft(520).nextProbablePrime();
    BigInteger f4 = BigInteger.valueOf(65537);
    assertTrue(WeakRsa.weakness(p.multiply(q), f4).orElseThrow().contains("close"));
    assertTrue(
        WeakRsa.weakness(p.multiply(far), BigInteger.ONE).orElseThrow().contains("exponent"));
    assertEquals(Optional.empty(), WeakRsa.weakness(p.multiply(far), f4));
    // A modulus as the affected library makes them: a power of 65537 modulo the primorial.
    BigInteger primorial = BigInteger.ONE;
    for (int prime = 2;
        prime <= 167;
        prime = BigInteger.valueOf(prime).nextProbablePrime().intValue()) {
      primorial = primorial.multiply(BigInteger.valueOf(prime));
    }
    BigInteger affected =
        f4.modPow(BigInteger.valueOf(1234), primorial)
            .add(primorial.multiply(BigInteger.ONE.shiftLeft(800).setBit(3)));
    assertTrue(WeakRsa.weakness(affected, f4).orElseThrow().contains("ROCA"));
  }

  @Test
  void findsNoWeaknessInOrdinaryKeys() throws GeneralSecurityException {
    RSAPrivateCrtKey key = (RSAPrivateCrtKey) pair("RSA").getPrivate();
    assertEquals(Optional.empty(), WeakRsa.weakness(key.getModulus(), key.getPublicExponent()));
  }

  // Certificates

  @Test
  void judgesExpiryOnTheDayOfTheAnalysis() throws Exception {
    byte[] old = certificate(pair("EC"), "CN=d", "SHA256withECDSA", 2025);
    Issue issue = only("certificate", new MemoryTree().file("etc/d.pem", pem("CERTIFICATE", old)));
    assertTrue(issue.summary().endsWith("expired"), issue.summary());
    byte[] good = certificate(pair("EC"), "CN=d", "SHA256withECDSA", 2030);
    assertEquals(List.of(), by("certificate", new MemoryTree().file("etc/d.der", 0644, good)));
  }

  @Test
  void leavesTrustStoresAlone() throws Exception {
    StringBuilder bundle = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      byte[] root = certificate(pair("EC"), "CN=root" + i, "SHA1withECDSA", 2020);
      bundle.append(pem("CERTIFICATE", root));
    }
    byte[] old = certificate(pair("EC"), "CN=d", "SHA256withECDSA", 2020);
    MemoryTree tree =
        new MemoryTree()
            .file("opt/roots.pem", bundle.toString())
            .file("usr/share/ca-certificates/mozilla/d.crt", pem("CERTIFICATE", old))
            .file("variables/KEK.0.der", 0644, old);
    assertEquals(List.of(), by("certificate", tree));
  }

  @Test
  void callsAnAuthorityWithItsKeyCritical() throws Exception {
    KeyPair pair = pair("EC");
    X500Name name = new X500Name("CN=Maker CA");
    JcaX509v3CertificateBuilder builder = builder(pair, name, 2030);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    byte[] ca =
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
            .getEncoded();
    MemoryTree tree =
        new MemoryTree()
            .file("etc/maker.crt", pem("CERTIFICATE", ca))
            .file("etc/maker.key", pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    Issue issue = only("certificate", tree);
    assertEquals(Severity.CRITICAL, issue.severity());
    assertEquals("in the image", issue.facts().get("key"));
  }

  @Test
  void measuresKeysAndSignatures() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    byte[] weak = certificate(generator.generateKeyPair(), "CN=d", "SHA256withRSA", 2030);
    assertTrue(
        only("certificate", new MemoryTree().file("d.der", 0644, weak))
            .summary()
            .contains("an RSA key of 1024 bits"));
    KeyPair issuer = pair("EC");
    byte[] signed =
        new JcaX509v3CertificateBuilder(
                new X500Name("CN=issuer"),
                BigInteger.ONE,
                date(2024),
                date(2030),
                new X500Name("CN=subject"),
                pair("EC").getPublic())
            .build(new JcaContentSignerBuilder("SHA1withECDSA").build(issuer.getPrivate()))
            .getEncoded();
    assertTrue(
        only("certificate", new MemoryTree().file("d.der", 0644, signed))
            .summary()
            .contains("signed with SHA-1"));
  }

  private static byte[] certificate(KeyPair pair, String name, String algorithm, int until)
      throws Exception {
    return builder(pair, new X500Name(name), until)
        .build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate()))
        .getEncoded();
  }

  private static JcaX509v3CertificateBuilder builder(KeyPair pair, X500Name name, int until) {
    return new JcaX509v3CertificateBuilder(
        name, BigInteger.ONE, date(2019), date(until), name, pair.getPublic());
  }

  private static Date date(int year) {
    return Date.from(Instant.parse(year + "-01-01T00:00:00Z"));
  }

  private static KeyPair pair(String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
    return generator.generateKeyPair();
  }
}
