package io.firmament.analysis.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.elf.ElfSegment;
import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InspectionTest {

  @Test
  void hasACompleteCardForEveryRule() {
    List<RuleCard> cards = Inspection.standard().cards();
    assertEquals(
        cards.size(), cards.stream().map(RuleCard::id).distinct().count(), "an id for each rule");
    for (RuleCard card : cards) {
      assertTrue(card.cwe().stream().allMatch(cwe -> cwe.matches("CWE-\\d+")), card.id());
      assertTrue(card.references().toString().contains("EN 303 645"), card.id());
      assertTrue(card.references().toString().contains("EN 18031"), card.id());
      assertTrue(card.references().toString().contains("CRA Annex I"), card.id());
      assertFalse(card.falsePositives().isBlank() || card.remediation().isBlank(), card.id());
    }
  }

  // Private keys

  @ParameterizedTest
  @CsvSource({"RSA, RSA 2048", "EC, EC 256", "Ed25519, Ed25519"})
  void findsAPrivateKeyOnceWhateverItsPathAndCopies(String algorithm, String read)
      throws GeneralSecurityException {
    String pem = pkcs8(pair(algorithm));
    MemoryTree tree =
        new MemoryTree()
            .file("etc/ssl/device.key", pem)
            .file("opt/copy", "comment\n" + pem)
            .file("etc/ssl/again.key", pem);
    Issue issue = only(inspect(tree));
    assertEquals("PRIVATE_KEY", issue.type());
    assertEquals(Severity.HIGH, issue.severity());
    assertEquals(read, issue.facts().get("algorithm"));
    assertEquals(List.of("etc/ssl/again.key", "etc/ssl/device.key", "opt/copy"), issue.paths());
    Issue elsewhere = only(inspect(new MemoryTree().file("x", pem)));
    assertEquals(issue.id(), elsewhere.id());
    assertFalse(issue.toString().contains(pem.substring(60, 100)));
  }

  @Test
  void callsAKeyWithItsCertificateCritical() throws Exception {
    KeyPair pair = pair("EC");
    org.bouncycastle.asn1.x500.X500Name name = new org.bouncycastle.asn1.x500.X500Name("CN=d");
    byte[] certificate =
        new org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder(
                name,
                java.math.BigInteger.ONE,
                java.util.Date.from(java.time.Instant.EPOCH),
                java.util.Date.from(java.time.Instant.ofEpochSecond(2_000_000_000L)),
                name,
                pair.getPublic())
            .build(
                new org.bouncycastle.operator.jcajce.JcaContentSignerBuilder("SHA256withECDSA")
                    .build(pair.getPrivate()))
            .getEncoded();
    MemoryTree tree =
        new MemoryTree().file("a.key", pkcs8(pair)).file("b.crt", pem("CERTIFICATE", certificate));
    assertEquals(Severity.CRITICAL, Inspected.only("private-key", tree).severity());
  }

  @Test
  void gradesAnEncryptedKeyLower() throws Exception {
    org.bouncycastle.openssl.PKCS8Generator generator =
        new org.bouncycastle.openssl.jcajce.JcaPKCS8Generator(
            pair("EC").getPrivate(),
            new org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder(
                    org.bouncycastle.openssl.PKCS8Generator.AES_256_CBC)
                .setProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider())
                .setPassword("secret".toCharArray())
                .build());
    String text = pem("ENCRYPTED PRIVATE KEY", generator.generate().getContent());
    Issue issue = only(inspect(new MemoryTree().file("k", text)));
    assertEquals(Severity.MEDIUM, issue.severity());
  }

  @Test
  void readsDropbearHostKeys() throws GeneralSecurityException {
    java.security.interfaces.RSAPrivateCrtKey rsa =
        (java.security.interfaces.RSAPrivateCrtKey) pair("RSA").getPrivate();
    java.io.ByteArrayOutputStream file = new java.io.ByteArrayOutputStream();
    string(file, "ssh-rsa".getBytes(StandardCharsets.US_ASCII));
    string(file, rsa.getPublicExponent().toByteArray());
    string(file, rsa.getModulus().toByteArray());
    string(file, rsa.getPrivateExponent().toByteArray());
    MemoryTree tree =
        new MemoryTree().file("etc/dropbear/dropbear_rsa_host_key", 0600, file.toByteArray());
    assertEquals("dropbear", only(inspect(tree)).facts().get("format"));
    byte[] broken = file.toByteArray();
    broken[40] ^= 1;
    assertEquals(List.of(), inspect(new MemoryTree().file("a", 0600, broken)));
  }

  @Test
  void takesNoWordsForAKey() {
    String words = "-----BEGIN RSA PRIVATE KEY-----";
    MemoryTree tree =
        new MemoryTree()
            .file("a", words + "\nnot base64 at all\n-----END RSA PRIVATE KEY-----\n")
            .file("b", words + "\0-----END RSA PRIVATE KEY-----\0")
            .file("c", words);
    assertEquals(List.of(), inspect(tree));
  }

  // Passwords

  @ParameterizedTest
  @CsvSource({
    "'', CRITICAL",
    "$1$abcdefgh$0123456789abcdefghijkl, HIGH",
    "ab01234567890, HIGH",
    "$6$saltsalt$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, MEDIUM",
    "$y$j9T$aaaaaaaaaaaaaaaa$bbbbbbbbbbbbbbbbbbbbbbbbbbbbb, MEDIUM"
  })
  void gradesThePasswordOfRoot(String field, Severity severity) {
    MemoryTree tree =
        new MemoryTree().file("etc/shadow", "root:" + field + ":19000:0:99999:7:::\n");
    Issue issue = Inspected.only("password-hash", tree);
    assertEquals("HARDCODED_PASSWORD_HASH", issue.type());
    assertEquals(severity, issue.severity());
    assertTrue(field.isEmpty() || !issue.toString().contains(field));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root:*:19000:0:99999:7:::",
        "root:!:19000:0:99999:7:::",
        "root:x:0:0:root:/root:/bin/sh",
        "nobody::65534:65534:nobody:/:/bin/false",
        "# root::0:0:root:/:/bin/sh",
        "root:!$6$saltsalt$aaaaaaaaaaaaaaaaaa:19000:0:99999:7:::"
      })
  void leavesLockedAccountsAlone(String line) {
    assertEquals(List.of(), inspect(new MemoryTree().file("etc/passwd", line + "\n")));
  }

  @Test
  void readsPasswordsOfWebServersByTheFilesRole() {
    String line = "admin:$apr1$abcdefgh$0123456789abcdefghijkl\n";
    assertEquals(
        "MD5 crypt",
        only(inspect(new MemoryTree().file("www/.htpasswd", line))).facts().get("scheme"));
    assertEquals(List.of(), inspect(new MemoryTree().file("usr/share/doc/example", line)));
  }

  // Permissions

  @ParameterizedTest
  @CsvSource({
    "bin/bash, 04755, HIGH",
    "usr/bin/python3.11, 04755, HIGH",
    "bin/busybox, 04755, MEDIUM",
    "usr/bin/passwd, 04755, LOW",
    "usr/bin/wall, 02755, LOW",
    "usr/sbin/update, 0777, HIGH"
  })
  void findsDangerousModes(String path, String mode, Severity severity) {
    byte[] content = path.getBytes(StandardCharsets.UTF_8);
    MemoryTree tree = new MemoryTree().file(path, Integer.parseInt(mode, 8), content);
    Issue issue = only(inspect(tree));
    assertEquals("FILE_PERMISSION", issue.type());
    assertEquals(severity, issue.severity());
  }

  @Test
  void findsOpenFoldersButNotStickyOnes() {
    MemoryTree tree =
        new MemoryTree()
            .directory("www/upload", 0777)
            .directory("var/spool", 01777)
            .directory("tmp", 0777)
            .file("etc/readme", 0666, new byte[] {1})
            .link("bin/readme", "../etc/readme");
    Issue issue = only(inspect(tree));
    assertEquals(List.of("www/upload"), issue.paths());
  }

  // Hardening

  @Test
  void tellsWhatABinaryLacksAndWhatItDoesNotShow() {
    byte[] weak =
        TestElf.arm()
            .needs("libc.so.6")
            .imports("strcpy", "puts")
            .mark(ElfSegment.GNU_STACK, 7)
            .build();
    byte[] strong =
        TestElf.x86_64()
            .type(3)
            .interpreter("/lib/ld.so")
            .needs("libc.so.6")
            .imports("__strcpy_chk", "__stack_chk_fail")
            .tag(0x6ffffffbL, 0x08000001L)
            .mark(ElfSegment.GNU_STACK, 6)
            .mark(ElfSegment.GNU_RELRO, 4)
            .build();
    byte[] silent =
        TestElf.mips().mark(ElfSegment.GNU_STACK, 6).mark(ElfSegment.GNU_RELRO, 4).build();
    List<Issue> issues =
        Inspected.by(
            "binary-hardening",
            new MemoryTree()
                .file("bin/weak", 0755, weak)
                .file("bin/strong", 0755, strong)
                .file("bin/silent", 0755, silent));
    Issue binary =
        issues.stream()
            .filter(i -> i.paths().contains("bin/weak"))
            .filter(Issue::elf)
            .findFirst()
            .orElseThrow();
    assertEquals("Built without NX, PIE, RELRO, stack canaries, FORTIFY_SOURCE", binary.summary());
    assertTrue(issues.stream().noneMatch(i -> i.paths().contains("bin/strong")));
    Issue unknown =
        issues.stream()
            .filter(i -> i.paths().contains("bin/silent"))
            .filter(Issue::elf)
            .findFirst()
            .orElseThrow();
    assertEquals("unknown", unknown.facts().get("canary"));
    assertEquals("Built without PIE", unknown.summary());
    assertEquals(1, issues.stream().filter(i -> !i.elf()).count());
  }

  // Services

  @ParameterizedTest
  @CsvSource({
    "etc/inittab, ttyS0::respawn:/bin/sh, shell, HIGH",
    "etc/inittab, ::askfirst:-/bin/sh, shell, HIGH",
    "etc/inittab, ::respawn:/usr/sbin/telnetd -F, telnet, HIGH",
    "etc/init.d/rcS, telnetd -l /bin/login &, telnet, HIGH",
    "etc/init.d/S50telnet, start-stop-daemon -S --exec /usr/sbin/telnetd, telnet, HIGH",
    "etc/rc.local, 'if [ -f /x ]; then /sbin/utelnetd -d; fi', telnet, HIGH",
    "etc/inetd.conf, ftp stream tcp nowait root /usr/sbin/ftpd ftpd, ftp, MEDIUM",
    "etc/systemd/system/multi-user.target.wants/t.service, ExecStart=/usr/sbin/in.tftpd -l, tftp,"
        + " MEDIUM"
  })
  void findsWhatStartsAtBoot(String path, String line, String service, Severity severity) {
    Issue issue = only(inspect(new MemoryTree().file(path, line + "\n")));
    assertEquals("INSECURE_SERVICE_CONFIGURATION", issue.type());
    assertEquals(service, issue.facts().get("service"));
    assertEquals("enabled", issue.facts().get("state"));
    assertEquals(severity, issue.severity());
  }

  @ParameterizedTest
  @CsvSource({
    "etc/inittab, ttyS0::respawn:/sbin/getty -L ttyS0 115200",
    "etc/inittab, '#ttyS0::respawn:/bin/sh'",
    "etc/inittab, ::sysinit:/etc/init.d/rcS",
    "etc/init.d/rcS, '# telnetd'",
    "etc/init.d/rcS, echo telnetd is off",
    "etc/init.d/rcS, killall telnetd",
    "etc/init.d/telnet, /usr/sbin/telnetd",
    "etc/inetd.conf, '#telnet stream tcp nowait root /usr/sbin/telnetd telnetd'"
  })
  void leavesAloneWhatDoesNotStart(String path, String line) {
    assertEquals(List.of(), inspect(new MemoryTree().file(path, line + "\n")));
  }

  @Test
  void followsStartLinksAndReadsXinetd() {
    MemoryTree tree =
        new MemoryTree()
            .file("bin/sh", "a shell")
            .file("etc/init.d/telnet", "#!/bin/sh\nDAEMON=/usr/sbin/telnetd\n$DAEMON\n")
            .link("etc/rc3.d/S20telnet", "../init.d/telnet")
            .file("etc/xinetd.d/rsh", "service shell {\n server = /usr/sbin/in.rshd\n}\n")
            .file("etc/xinetd.d/ftp", "service ftp {\n disable = yes\n server = /sbin/ftpd\n}\n");
    List<String> services =
        inspect(tree).stream().map(issue -> issue.facts().get("service")).sorted().toList();
    assertEquals(List.of("rsh", "telnet"), services);
  }

  @Test
  void mentionsAServerThatIsOnlyThere() {
    MemoryTree tree =
        new MemoryTree()
            .file("usr/bin/busybox", "a program")
            .link("usr/sbin/telnetd", "../bin/busybox");
    Issue issue = only(inspect(tree));
    assertEquals(Severity.INFORMATIONAL, issue.severity());
    assertEquals("present", issue.facts().get("state"));
  }

  // The whole

  @Test
  void listsTheWorstFirstAndTheSameInEveryRun() {
    MemoryTree tree =
        new MemoryTree()
            .file("etc/passwd", "root::0:0:root:/root:/bin/sh\n")
            .file("bin/su", 04755, new byte[] {1})
            .file("etc/inittab", "ttyS0::respawn:/bin/sh\n")
            .directory("data", 0777);
    List<Issue> first = inspect(tree);
    assertEquals(
        List.of(Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW),
        first.stream().map(Issue::severity).toList());
    for (int round = 0; round < 5; round++) {
      assertEquals(first, inspect(tree));
    }
    assertNotEquals(first.get(0).id(), first.get(1).id());
  }

  @Test
  void saysHowManyFindingsItDoesNotList() {
    MemoryTree tree = new MemoryTree();
    for (int i = 0; i < Inspection.MOST_FINDINGS + 7; i++) {
      tree.file("bin/p" + i, 04755, new byte[] {1, (byte) i, (byte) (i >> 8)});
    }
    List<Issue> issues = inspect(tree);
    assertEquals(Inspection.MOST_FINDINGS + 1, issues.size());
    assertEquals("7", issues.getLast().facts().get("omitted"));
  }

  @Test
  void survivesNoise() {
    Random random = new Random(7);
    MemoryTree tree = new MemoryTree();
    for (String path :
        List.of("etc/passwd", "etc/inittab", "etc/rc.local", "etc/inetd.conf", "etc/xinetd.conf")) {
      byte[] noise = new byte[20_000];
      random.nextBytes(noise);
      tree.file(path, 0644, noise);
    }
    assertEquals(List.of(), inspect(tree));
  }

  private static List<Issue> inspect(MemoryTree tree) {
    return Inspected.all(tree);
  }

  private static Issue only(List<Issue> issues) {
    assertEquals(1, issues.size(), issues::toString);
    return issues.getFirst();
  }

  private static KeyPair pair(String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (!algorithm.equals("Ed25519")) {
      generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
    }
    return generator.generateKeyPair();
  }

  private static String pkcs8(KeyPair pair) {
    return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
  }

  private static String pem(String label, byte[] content) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  private static void string(java.io.ByteArrayOutputStream into, byte[] content) {
    into.writeBytes(java.nio.ByteBuffer.allocate(4).putInt(content.length).array());
    into.writeBytes(content);
  }
}
