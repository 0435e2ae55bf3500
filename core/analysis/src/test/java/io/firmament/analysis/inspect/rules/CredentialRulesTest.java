package io.firmament.analysis.inspect.rules;

import static io.firmament.analysis.inspect.Inspected.by;
import static io.firmament.analysis.inspect.Inspected.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.inspect.Table;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CredentialRulesTest {
  private static final String RANDOM = "Q7ZK2MXW9RTB4VNH";

  // Tokens

  @Test
  void findsATokenInAScriptAndInAProgram() {
    String token = "AKIA" + RANDOM;
    byte[] program = TestElf.arm().text("x", token).build();
    MemoryTree tree =
        new MemoryTree().file("opt/up.sh", "KEY=" + token + "\n").file("bin/up", 0755, program);
    Issue issue = only("token", tree);
    assertEquals(List.of("bin/up", "opt/up.sh"), issue.paths());
    assertEquals("aws-access-key", issue.facts().get("kind"));
    assertEquals(Severity.HIGH, issue.severity());
    assertFalse(issue.toString().contains(token));
  }

  @ParameterizedTest
  @CsvSource({
    "KEY=AKIAIOSFODNN7EXAMPLE",
    "KEY=AKIAAAAAAAAAAAAAAAAA",
    "KEY=AKIAQ7ZK2MXW9RTB4VNHMORE",
    "blobAKIAQ7ZK2MXW9RTB4VNH",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "eyJhbGciOi.eyJ"
  })
  void leavesExamplesAndPartsOfWordsAlone(String line) {
    assertEquals(List.of(), by("token", new MemoryTree().file("opt/a.sh", line + "\n")));
  }

  @Test
  void leavesDocumentationAlone() {
    MemoryTree tree = new MemoryTree().file("usr/share/doc/a", "AKIA" + RANDOM);
    assertEquals(List.of(), by("token", tree));
  }

  @Test
  void hasAnAnchorThatEveryFormStartsWith() {
    for (List<String> row : Table.read("tokens.tsv", 5)) {
      String form = row.get(2).replaceAll("^(\\(\\?<?!.*?\\))+", "");
      String literal = form.replace("\\.", ".");
      assertTrue(literal.startsWith(row.get(1)), row.getFirst());
      assertFalse(Pattern.compile(row.get(2)).matcher("").matches(), row.getFirst());
    }
  }

  // Addresses

  @Test
  void findsAPasswordInAnAddress() {
    String line = "broker = mqtts://device:T0psp1n@mq.maker.net:8883/x";
    Issue issue = only("url-credential", new MemoryTree().file("etc/app.rc", line));
    assertEquals("mqtts://device:****@mq.maker.net", issue.facts().get("address"));
    assertFalse(issue.toString().contains("T0psp1n"));
  }

  @ParameterizedTest
  @CsvSource({
    "http://user:password@host.maker.net/",
    "http://u:$PASS@mq.maker.net",
    "ftp://%s:%s@%s/%s",
    "http://user:hunter22@www.example.com/",
    "https://mq.maker.net:8883/path@at",
    "http://proxy.maker.net:3128/a:b@c",
    "git://user:hunter22@mq.maker.net/",
    "http://user:hunter22@proxy:8080"
  })
  void leavesAddressesWithoutASecretAlone(String line) {
    assertEquals(List.of(), by("url-credential", new MemoryTree().file("etc/app.rc", line)));
  }

  // Settings

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "etc/wpa_supplicant.conf | psk=\"Blue-Horse-9\" | psk",
        "etc/config/wireless | option key 'Blue-Horse-9' | key",
        "etc/hostapd.conf | wpa_passphrase=Blue-Horse-9 | wpa_passphrase",
        "etc/ppp/chap-secrets | client * Blue-Horse-9 * | client",
        "etc/ipsec.secrets | 10.0.0.1 : PSK \"Blue-Horse-9\" | 10.0.0.1",
        "root/.netrc | machine a.net login b password Blue-Horse-9 | a.net"
      })
  void readsFilesOfOnePurpose(String path, String line, String name) {
    Issue issue = only("configured-secret", new MemoryTree().file(path, line + "\n"));
    assertEquals(name, issue.facts().get("setting"));
    assertEquals(Severity.HIGH, issue.severity());
    assertFalse(issue.toString().contains("Blue-Horse-9"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "etc/app.conf | mqtt_password = Blue-Horse-9",
        "etc/defaults.xml | <AcsPassword>Blue-Horse-9</AcsPassword>",
        "etc/nvram.default | http_passwd=Blue-Horse-9",
        "etc/app.json | \"apiKey\": \"Blue-Horse-9\",",
        "etc/config/system | option password 'Blue-Horse-9'",
        "www/app.xml | <item name=\"wl0_wpa_psk\" value=\"Blue-Horse-9\"/>"
      })
  void readsSettingsByTheirNames(String path, String line) {
    Issue issue = only("configured-secret", new MemoryTree().file(path, line + "\n"));
    assertEquals(Severity.MEDIUM, issue.severity());
    assertEquals(Confidence.MEDIUM, issue.confidence());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "etc/nsswitch.conf | passwd: files systemd",
        "etc/pam.d/common.conf | password requisite pam_deny.so",
        "etc/login.defs | PASS_MAX_DAYS 99999",
        "etc/app.conf | password = ${PASSWORD}",
        "etc/app.conf | password = none",
        "etc/app.conf | # password = Blue-Horse-9",
        "etc/app.conf | password_file = /etc/app/secret",
        "etc/app.conf | password = /run/secret",
        "etc/app.conf | password_max_length = 4096",
        "www/lang/en.json | \"password\": \"Kennwort-eingeben\"",
        "etc/ssh/sshd_config | PasswordAuthentication yes",
        "etc/wpa_supplicant.conf | key_mgmt=WPA-PSK",
        "etc/config/wireless | option encryption 'psk2'",
        "usr/bin/app | password = Blue-Horse-9"
      })
  void leavesOtherSettingsAlone(String path, String line) {
    assertEquals(List.of(), by("configured-secret", new MemoryTree().file(path, line + "\n")));
  }

  @Test
  void endsOnHostileText() {
    String[] pieces = {
      "password", "=", " ", "\"", "'", "://", ":", "@", "a", "<", ">", "-", "_", "."
    };
    Random random = new Random(3);
    StringBuilder text = new StringBuilder();
    while (text.length() < 400_000) {
      text.append(pieces[random.nextInt(pieces.length)]);
      if (random.nextInt(900) == 0) {
        text.append('\n');
      }
    }
    MemoryTree tree = new MemoryTree();
    List.of("etc/a.conf", "etc/wpa_supplicant.conf", "etc/chap-secrets", "etc/.netrc")
        .forEach(path -> tree.file(path, text + path));
    assertTrue(by("url-credential", tree).size() < 2_000);
  }
}
