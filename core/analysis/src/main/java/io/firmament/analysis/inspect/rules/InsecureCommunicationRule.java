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
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Scripts and settings that switch the verification of the peer off.
public final class InsecureCommunicationRule implements Rule {
  private static final int LONGEST_LINE = 2_000;
  private static final int BEFORE = 200;

  /// An anchor, and what the line around it must look like.
  private record Form(String anchor, Pattern line, String text) {
    static Form of(String anchor, String line, String text) {
      return new Form(anchor, Pattern.compile(line), text);
    }
  }

  private static final List<Form> FORMS =
      List.of(
          Form.of(
              "--no-check-certificate",
              "\\bwget\\b.*--no-check-certificate",
              "wget does not verify the server"),
          Form.of(
              "--insecure",
              "\\b(?:curl|mosquitto_(?:pub|sub))\\b.*--insecure\\b",
              "the server is not verified"),
          Form.of(
              "curl ",
              "\\bcurl\\s(?:[^|;&]*\\s)?-[a-zA-Z]*k[a-zA-Z]*(?:\\s|$)",
              "curl does not verify the server"),
          Form.of(
              "http.sslVerify", "http\\.sslVerify[\\s=]+false", "git does not verify the server"),
          Form.of(
              "StrictHostKeyChecking",
              "(?i)StrictHostKeyChecking[\\s=]+(?:no|off)\\b",
              "ssh does not verify the server"),
          Form.of(
              "verify=False",
              "\\b(?:requests|session|httpx|client)\\.\\w+\\(.*verify=False",
              "Python does not verify the server"),
          Form.of(
              "_create_unverified_context",
              "=\\s*ssl\\._create_unverified_context|context=ssl\\._create_unverified_context",
              "Python does not verify the server"),
          Form.of(
              "CURLOPT_SSL_VERIFY",
              "CURLOPT_SSL_VERIFY(?:PEER|HOST)\\s*,\\s*(?:0|false)\\b",
              "the script does not verify the server"),
          Form.of(
              "rejectUnauthorized",
              "rejectUnauthorized['\"]?\\s*[:=]\\s*(?:false|0)\\b",
              "the script does not verify the server"),
          Form.of(
              "NODE_TLS_REJECT_UNAUTHORIZED",
              "NODE_TLS_REJECT_UNAUTHORIZED['\"\\]]*\\s*=\\s*['\"]?0",
              "the script does not verify the server"),
          Form.of(
              "InsecureSkipVerify",
              "InsecureSkipVerify['\"]?\\s*[:=]\\s*true",
              "the server is not verified"),
          Form.of(
              "insecure_skip_verify",
              "insecure_skip_verify['\"]?\\s*[:=]\\s*true",
              "the server is not verified"),
          Form.of(
              "TLS_REQCERT",
              "^\\s*TLS_REQCERT\\s+(?:never|allow)\\b",
              "LDAP does not verify the server"),
          Form.of(
              "verify",
              "\\bverify\\s*=\\s*[\"']none[\"']",
              "the script does not verify the server"));

  private static final RuleCard CARD =
      new RuleCard(
          "unverified-peer",
          IssueType.INSECURE_COMMUNICATION,
          "The other side is not verified",
          Severity.MEDIUM,
          Confidence.MEDIUM,
          List.of("CWE-295", "CWE-297"),
          List.of(
              "EN 303 645 5.5-1, 5.5-3",
              "EN 18031-1 SCM-2, AUM-3",
              "CRA Annex I Part I (2)(e), (2)(f)"),
          "Only text files outside documentation and tests are read, and a line must both name the"
              + " program or call and switch the verification off; comments are left out.",
          "Verify the server against a certificate authority that the device carries.");

  private record Found(Blob blob, Form form, String line) implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return FORMS.stream().map(Form::anchor).toList();
  }

  @Override
  public List<Noted> look(Content content) {
    boolean any = FORMS.stream().anyMatch(form -> content.has(form.anchor()));
    if (!any || content.text().isEmpty() || content.blob().paths().stream().allMatch(Samples::is)) {
      return List.of();
    }
    Map<String, Noted> found = new TreeMap<>();
    for (Form form : FORMS) {
      for (long offset : content.at(form.anchor())) {
        String line = line(content, offset);
        boolean comment = line.startsWith("#") || line.startsWith("//") || line.startsWith("--");
        if (!comment && form.line().matcher(line).find()) {
          found.putIfAbsent(line, new Found(content.blob(), form, line));
        }
      }
    }
    return List.copyOf(found.values());
  }

  private static String line(Content content, long offset) {
    int back = (int) Math.min(BEFORE, offset);
    String window = content.latin(offset - back, back + LONGEST_LINE);
    int start = window.lastIndexOf('\n', back) + 1;
    int end = window.indexOf('\n', back);
    return window.substring(start, end < 0 ? window.length() : end).strip();
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> found = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Found each) {
        found
            .computeIfAbsent(each.form().anchor() + "\0" + each.line(), _ -> new ArrayList<>())
            .add(each);
      }
    }
    List<Issue> issues = new ArrayList<>();
    found.forEach(
        (key, copies) ->
            issues.add(
                Findings.issue(
                    CARD,
                    key,
                    CARD.severity(),
                    CARD.confidence(),
                    "The other side is not verified: " + copies.getFirst().form().text(),
                    copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
                    Map.of("line", Findings.brief(copies.getFirst().line())))));
    return issues;
  }
}
