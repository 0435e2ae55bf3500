package io.firmament.analysis.inspect.rules;

import static io.firmament.analysis.inspect.Inspected.by;
import static io.firmament.analysis.inspect.Inspected.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.inspect.crypt.PasswordHash;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The hashes are those of openssl passwd, mkpasswd, crypt(3) of glibc with libxcrypt, and
/// mosquitto_passwd.
final class PasswordHashRuleTest {
  @ParameterizedTest
  @CsvSource({
    "$1$abcdefgh$l/LAqC8oJERu7Cmx6trtY/, admin",
    "$apr1$abcdefgh$7oLAqqXLpc3cYBdSjvChH., vizxv",
    "$5$saltsalt$gOjOtoMpVhru2uyjeJSEc/JaLQWOXMNmlOnj6T4AtC., password",
    "$5$rounds=5000$toolongsaltstrin$G9eIedJctfLd5OjrvUrITXO7Lqz/OLQbuYX/RLCY3h7, ubnt",
    "$6$saltsaltsalt$vu3/xu51AiA0pHyuSy9WEZttVdbw8USDqwY1SWgfXl0bhAPzCNA5AVmJ5DiS6WkZutEJ63/u/6ajqQ8S1SKEO/,"
        + " 12345",
    "$6$rounds=1400$anotherlongsalts$pd8qXhZ2.qZDRHLjOXpi/aMxEcLa9h0RztA0N6Uzr9tsHFdua5GAV3aiN9qeXF6x3xqE113QcvZcA4VCfhtoV1,"
        + " 1234",
    "$6$x$VIeUQV3e0mQ7GYev3rZ4K8Zh2/3tUc5d8hf9WI8gHUU6NLe2t6qpXhIWp1NSZ2w.4vT84yAH70Mojo1xIVkz9/,"
        + " a-long-password-of-more-than-sixty-four-characters-so-that-blocks-repeat-1234567890",
    "ab6TRGT20sY26, root",
    "zZiHtAoKfIFuU, zlxx.",
    "/.Hcn292WLIhM, xmhdipc",
    "aaQSqAReePlq6, ''",
    "q7LxpMLZEVIic, juantech-and-more-than-eight",
    "$2b$06$abcdefghijklmnopqrstuulIWSCPNqNaEPhXEoTbsCgB937ljrxM6, raspberry",
    "$y$j75$eNHfATNPCWFlRCrah3Qtm/$wDrdF4hqYHSHrTPDOyaQHeHjlMDDeNFMwCLMlryAAt3, admin",
    "$y$j85$m8e1a4a.KOD7rocizQELI/$uekuuFP6q66P5TXUZzryd2SXCZ0YCv4u0saledPW0KA, admin",
    "$y$j7T$BFkQ03cqsmChAEu5/.WDy/$iPyDuQ3dyTQYnjktvhlFSxS9BgHya6K.xt740irazlA, admin",
    "$y$j9T$psFlJZmm8OV5Mml75S8VP.$R.Zoq2A3Wk8wUd8bTjTuVRJQVwjEelD2IDREyyV7Ri4, admin",
    "$y$j7T..$eNHfATNPCWFlRCrah3Qtm/$mUQhjPWbOtig27klPc6fZ6pFRBuKfI4kTjYEcf/etN4, admin",
    "$y$j7T./$eNHfATNPCWFlRCrah3Qtm/$t.3HlTW5avARiebJwU/z8/BVS0tFNB40tZLjRqrD5s4, admin",
    "$y$j85/.$eNHfATNPCWFlRCrah3Qtm/$Rswt5VG0Tz2BwJPlUmHOZtQ0AXebJch9h4sMTThv1Z5, admin",
    "$y$j75//$eNHfATNPCWFlRCrah3Qtm/$88FEgT2U9ZIyf3G5xCJgfH82QupjHc3zgibQp7pcJ/8, admin",
    "$7$BU..../....P2RphDG3VWsF/.JkQn6mQ/$.399QZ7Tk9.i9j1VgDKc/h9gv3jt8rJy.UtleTYYTx6, admin",
    "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=, password",
    "$7$101$a8Os/YCbIKOfO+pb$+5VMjM9yhtTqe1jKmlhhfnlwuA+dvaW4V6vc0CpcECvW6wzpdiZbzbcr4xjhpVabKX+xIlnVzRWP2UiMggVZNA==,"
        + " changeme",
    "$6$75ZwB9fcr82ZWPHX$3lTs98r22U2uvftaiGEGos46doMYNOFsktKh2Tlp48SCXmwNsbQ+cKrYLvPC0un14ngK50sx5jvFyQphi1hKGQ==,"
        + " secret"
  })
  void triesPasswordsOnEveryScheme(String hash, String password) {
    PasswordHash parsed = PasswordHash.parse(hash).orElseThrow();
    assertEquals(Optional.of(password), parsed.crack(List.of("no", password)));
    assertEquals(Optional.empty(), parsed.crack(List.of("no", "neither")));
  }

  @Test
  void doesNotTryWhatWouldTakeTooLong() {
    String slow = "$6$rounds=999999999$salt$" + "a".repeat(86);
    assertEquals(Optional.empty(), PasswordHash.parse(slow).orElseThrow().crack(List.of("root")));
    String wide = "$y$jFT$psFlJZmm8OV5Mml75S8VP.$" + "a".repeat(43);
    assertEquals(Optional.empty(), PasswordHash.parse(wide));
    assertEquals(Optional.empty(), PasswordHash.parse("$7$JU..../....salt$" + "a".repeat(43)));
    String cold = "$2b$31$" + "a".repeat(53);
    assertEquals(Optional.empty(), PasswordHash.parse(cold).orElseThrow().crack(List.of("root")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "$1$", "$9$a$b", "{SHA}zz", "$2b$99$x", "$7$0$aaaaaaaa$bb", "!!!!!!!!!!!!!"})
  void takesNothingElseForAHash(String field) {
    assertEquals(Optional.empty(), PasswordHash.parse(field));
  }

  @Test
  void callsADefaultPasswordCriticalAndDoesNotRepeatIt() {
    MemoryTree tree =
        new MemoryTree().file("etc/passwd", "admin:zZiHtAoKfIFuU:0:0:root:/root:/bin/sh\n");
    Issue issue = only("password-hash", tree);
    assertEquals(Severity.CRITICAL, issue.severity());
    assertEquals("yes", issue.facts().get("defaultPassword"));
    assertFalse(issue.toString().contains("zlxx"));
    assertFalse(issue.toString().contains("zZiHtAoKfIFuU"));
  }

  @Test
  void triesTheNameOfTheAccount() {
    MemoryTree tree = new MemoryTree().file("etc/passwd", "q7x:ab6TRGT20sY26:0:0::/root:/bin/sh\n");
    assertEquals(Severity.CRITICAL, only("password-hash", tree).severity());
  }

  @Test
  void readsTheAccountsOfAnMqttBroker() {
    String line =
        "admin:$7$101$a8Os/YCbIKOfO+pb$+5VMjM9yhtTqe1jKmlhhfnlwuA+dvaW4V6vc0CpcECvW6wzpdiZbzbcr4xj"
            + "hpVabKX+xIlnVzRWP2UiMggVZNA==\n";
    Issue issue = only("password-hash", new MemoryTree().file("etc/mosquitto/passwd", line));
    assertEquals("PBKDF2", issue.facts().get("scheme"));
    assertEquals(Severity.CRITICAL, issue.severity());
  }

  @Test
  void triesTheMostUsualPasswordsOnTheSchemeOfNewSystems() {
    String line =
        "root:$y$j9T$psFlJZmm8OV5Mml75S8VP.$R.Zoq2A3Wk8wUd8bTjTuVRJQVwjEelD2IDREyyV7Ri4:19000"
            + ":0:99999:7:::\n";
    Issue issue = only("password-hash", new MemoryTree().file("etc/shadow", line));
    assertEquals(Severity.CRITICAL, issue.severity());
    assertEquals("yescrypt", issue.facts().get("scheme"));
    String other = line.replace("R.Zoq2A3", "R.Zoq2A4");
    assertEquals(
        Severity.MEDIUM,
        only("password-hash", new MemoryTree().file("etc/shadow", other)).severity());
  }

  @Test
  void findsAHashInAProgramWithLowConfidence() {
    String stray = "$1$Qx0pTz7e$" + "abcdefghijklmnopqrstu.";
    byte[] program = TestElf.arm().text("user=root:" + stray + "\n", "x").build();
    Issue issue = only("password-hash", new MemoryTree().file("bin/p", 0755, program));
    assertEquals(Confidence.LOW, issue.confidence());
    assertEquals(Severity.LOW, issue.severity());
    assertEquals("root", issue.facts().get("user"));
    MemoryTree docs = new MemoryTree().file("usr/share/doc/p/README", stray);
    assertEquals(List.of(), by("password-hash", docs));
    MemoryTree longer = new MemoryTree().file("bin/p", stray + "more");
    assertEquals(List.of(), by("password-hash", longer));
  }

  @Test
  void isSureOfAStrayHashThatADefaultPasswordHas() {
    MemoryTree tree =
        new MemoryTree()
            .file("sbin/setup", "echo 'root:$1$abcdefgh$l/LAqC8oJERu7Cmx6trtY/:0' > /tmp/x\n");
    Issue issue = only("password-hash", tree);
    assertEquals(Confidence.HIGH, issue.confidence());
    assertTrue(issue.summary().contains("default password"));
  }
}
