package io.firmament.analysis.inspect.rules;

import static io.firmament.analysis.inspect.Inspected.by;
import static io.firmament.analysis.inspect.Inspected.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CodeRulesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "www/cgi-bin/a | #!/bin/sh~eval $QUERY_STRING",
        "www/cgi-bin/a | #!/bin/sh~IP=${QUERY_STRING#ip=}~X=\"-c 1 $IP\"~sh -c \"ping $X\"",
        "www/a.php | <?php~$host = $_GET['h'];~system('ping ' . $host);",
        "www/a.php | <?php~include($_REQUEST['page']);",
        "www/a.lua | local h = luci.http.formvalue('h')~os.execute('ping ' .. h)",
        "www/a.py | h = request.args.get('h')~os.system('ping ' + h)",
        "www/a.py | subprocess.run('ping ' + request.form['h'], shell=True)",
        "www/a.cgi | #!/usr/bin/perl~my $h = $q->param('h');~system(\"ping $h\");"
      })
  void followsAValueFromTheClientToACommand(String path, String script) {
    Issue issue = only("script-injection", new MemoryTree().file(path, script.replace('~', '\n')));
    assertEquals("CODE_WEAKNESS_SCRIPT", issue.type());
    int lines = script.split("~").length;
    assertEquals(Integer.toString(lines), issue.facts().get("lineNumber"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "www/cgi-bin/a | #!/bin/sh~# eval $QUERY_STRING",
        "www/cgi-bin/a | #!/bin/sh~echo \"$QUERY_STRING\"~eval $(cat /etc/x)",
        "www/cgi-bin/a | #!/bin/sh~IP=$QUERY_STRING~IP=10.0.0.1~eval ping $IP",
        "www/cgi-bin/a | #!/bin/sh~IP=$(echo $QUERY_STRING | tr -cd 0-9)~eval ping $IP",
        "www/a.php | <?php~$h = escapeshellarg($_GET['h']);~system('ping ' . $h);",
        "www/a.php | <?php~$system = $_GET['h'];~echo system_name($x);",
        "www/a.lua | local h = tonumber(luci.http.formvalue('h'))~os.execute('ping ' .. h)",
        "www/a.py | h = int(request.args['h'])~os.system('ping ' + str(h))",
        "www/a.py | subprocess.run(['ping', request.form['h']])",
        "usr/share/doc/a.php | <?php~system($_GET['h']);",
        "www/a.txt | system($_GET['h']);"
      })
  void leavesScriptsAloneThatTakeCare(String path, String script) {
    MemoryTree tree = new MemoryTree().file(path, script.replace('~', '\n'));
    assertEquals(List.of(), by("script-injection", tree));
  }

  @Test
  void endsOnHostileScripts() {
    String[] pieces = {
      "$_GET", "$a", "=", "eval", "(", ")", ";", " ", "\"", "`", "system", "\n", "x"
    };
    Random random = new Random(5);
    StringBuilder text = new StringBuilder("<?php\n");
    while (text.length() < 600_000) {
      text.append(pieces[random.nextInt(pieces.length)]);
    }
    assertTrue(
        by("script-injection", new MemoryTree().file("a.php", text.toString())).size() <= 20);
  }

  // Programs

  @Test
  void singlesOutGetsAndWebPrograms() {
    byte[] gets = TestElf.arm().interpreter("/lib/ld.so").needs("libc.so").imports("gets").build();
    byte[] cgi =
        TestElf.arm()
            .interpreter("/lib/ld.so")
            .needs("libc.so")
            .imports("sprintf", "system")
            .text("QUERY_STRING", "REQUEST_METHOD")
            .build();
    byte[] server =
        TestElf.mips()
            .interpreter("/lib/ld.so")
            .needs("libc.so")
            .imports("sprintf", "popen", "bind", "accept")
            .build();
    byte[] plain = TestElf.arm().needs("libc.so").imports("strcpy").build();
    MemoryTree tree =
        new MemoryTree()
            .file("bin/gets", 0755, gets)
            .file("www/cgi", 0755, cgi)
            .file("sbin/server", 0755, server)
            .file("bin/plain", 0755, plain);
    List<Issue> issues = by("dangerous-call", tree);
    assertEquals(4, issues.size());
    assertEquals(
        List.of(Severity.MEDIUM, Severity.MEDIUM, Severity.LOW, Severity.INFORMATIONAL),
        issues.stream().map(Issue::severity).toList());
    assertEquals("2", issues.getLast().facts().get("runCommands"));
    assertEquals(
        1, by("dangerous-call", new MemoryTree().file("bin/busybox", 0755, server)).size());
  }

  // Communication

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "opt/up.sh | wget -q --no-check-certificate https://a.net/x",
        "opt/up.sh | curl -fsSk https://a.net/x",
        "root/.ssh/config | StrictHostKeyChecking no",
        "opt/a.py | requests.get(url, verify=False)",
        "www/a.php | curl_setopt($c, CURLOPT_SSL_VERIFYPEER, false);",
        "opt/a.js | const a = { rejectUnauthorized: false };",
        "etc/ldap.conf | TLS_REQCERT never"
      })
  void findsVerificationThatIsSwitchedOff(String path, String line) {
    assertEquals(
        Severity.MEDIUM,
        only("unverified-peer", new MemoryTree().file(path, "x\n" + line + "\n")).severity());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "opt/up.sh | # wget --no-check-certificate https://a.net/x",
        "opt/up.sh | curl -fsS https://a.net/x-k",
        "opt/up.sh | echo --insecure",
        "root/.ssh/config | StrictHostKeyChecking yes",
        "opt/a.js | const a = { rejectUnauthorized: true };",
        "usr/share/doc/a | wget --no-check-certificate https://a.net/x"
      })
  void leavesVerifiedCommunicationAlone(String path, String line) {
    assertEquals(List.of(), by("unverified-peer", new MemoryTree().file(path, line + "\n")));
  }

  // Rights

  @ParameterizedTest
  @CsvSource({
    "etc/shadow, 0644, READABLE, MEDIUM",
    "etc/inittab, 0666, WRITABLE, MEDIUM",
    "etc/ssh/ssh_host_rsa_key, 0604, READABLE, MEDIUM"
  })
  void findsSecretsThatAreReadableAndSettingsThatAreWritable(
      String path, String mode, String fault, Severity severity) {
    byte[] content = {1, 2, 3};
    MemoryTree tree = new MemoryTree().file(path, Integer.parseInt(mode, 8), content);
    Issue issue = only("file-permission", tree);
    assertEquals(severity, issue.severity());
    assertTrue(issue.summary().contains(fault.equals("READABLE") ? "read" : "change"));
    assertEquals(List.of(), by("file-permission", new MemoryTree().file(path, 0600, content)));
  }
}
