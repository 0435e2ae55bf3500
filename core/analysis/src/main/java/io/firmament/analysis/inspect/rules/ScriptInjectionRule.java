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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Scripts in which something a client sent reaches a command, an evaluation or an include.
///
/// A line-wise reading: a variable that is set from a source, or from another such variable, is
/// tainted until it is set anew; a line that puts a source or a tainted variable into a sink, with
/// no sanitiser on the way, is a finding. There is no flow between files or through functions.
public final class ScriptInjectionRule implements Rule {
  private static final int MOST_LINES = 20_000;
  private static final int LONGEST_LINE = 2_000;
  private static final int MOST_TAINTED = 200;
  private static final int MOST_FINDINGS = 20;

  private static final RuleCard CARD =
      new RuleCard(
          "script-injection",
          IssueType.CODE_WEAKNESS_SCRIPT,
          "What a client sends reaches a command",
          Severity.HIGH,
          Confidence.MEDIUM,
          List.of("CWE-78", "CWE-94", "CWE-95", "CWE-98"),
          List.of(
              "EN 303 645 5.13-1, 5.8-1", "EN 18031-1 GEC-6", "CRA Annex I Part I (2)(f), (2)(j)"),
          "Both ends are asked for: a source (QUERY_STRING, HTTP headers, form values, request"
              + " parameters) and a sink (eval, sh -c, system, exec, os.execute, include), joined"
              + " by assignments in the same file. Comments are left out, and so is a value that"
              + " went through an escaping or converting function. Documentation and tests are not"
              + " read.",
          "Do not put what a client sent into a command: call the program with a list of arguments"
              + " and no shell, and allow only values of a known form.");

  /// A language: how its comments, sources, sinks, assignments and variables look.
  private enum Language {
    SHELL(
        "#",
        "\\$\\{?(?:QUERY_STRING|HTTP_[A-Z_]+|REQUEST_URI|PATH_INFO|CONTENT_TYPE|REMOTE_USER"
            + "|FORM_\\w+)\\b|\\b(?:cgi_get|proccgi)\\b",
        "(?:^|[;&|(`{]|\\b(?:then|do|else)\\s)\\s*(?:eval\\b|(?:ba|a|da)?sh\\s+-c\\b|su\\s+\\S*\\s*-c\\b|source\\s|\\.\\s+[\"$])",
        "(?:^|[;&|]|\\b(?:local|export|then|do|read)\\s)\\s*(?<name>[A-Za-z_]\\w*)=(?<value>.*)$",
        "\\$\\{?%s\\b",
        "\\btr\\s+-[a-z]*[cd]|\\bsed\\b.*\\[\\^|printf\\s+['\"]?%%[dqx]"),
    PHP(
        "//|#",
        "\\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES)\\b|\\$HTTP_(?:GET|POST)_VARS\\b"
            + "|php://input|\\bgetenv\\s*\\(\\s*['\"]QUERY_STRING",
        "\\b(?:eval|assert|system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec|create_function"
            + "|include|include_once|require|require_once)\\b\\s*[(\"'$]|`[^`]*\\$",
        "(?<name>\\$\\w+)\\s*\\.?=(?!=)(?<value>.*)$",
        "%s\\b",
        "\\b(?:escapeshellarg|escapeshellcmd|intval|floatval|is_numeric|ctype_\\w+|basename|in_array"
            + "|preg_match|filter_var|filter_input|htmlspecialchars|md5|sha1|hash)\\s*\\(|\\(int\\)"),
    LUA(
        "--",
        "\\b(?:luci\\.http\\.formvalue|http\\.formvalue|formvalue|os\\.getenv\\s*\\(?\\s*[\"'](?:QUERY_STRING"
            + "|HTTP_\\w+|REQUEST_URI|PATH_INFO)|ngx\\.var\\.arg_\\w+|ngx\\.req\\.get_(?:uri|post)_args"
            + "|ngx\\.req\\.get_body_data)",
        "\\b(?:os\\.execute|io\\.popen|luci\\.sys\\.(?:call|exec)|sys\\.(?:call|exec)|luci\\.util\\.exec"
            + "|loadstring|dofile)\\b",
        "(?:^|\\blocal\\s+|;)\\s*(?<name>[A-Za-z_]\\w*)\\s*=(?!=)(?<value>.*)$",
        "\\b%s\\b",
        "\\b(?:tonumber|shellquote|luci\\.util\\.shellquote|shellstartsqescape|:match\\s*\\(\\s*[\"']\\^)"),
    PYTHON(
        "#",
        "\\b(?:request\\.(?:args|form|values|json|data|query|GET|POST|files|get_json)|cgi\\.FieldStorage"
            + "|form\\.getvalue|self\\.get_argument|os\\.environ(?:\\.get)?[\\[(]\\s*[\"'](?:QUERY_STRING|HTTP_))",
        "\\b(?:os\\.system|os\\.popen|commands\\.getoutput|subprocess\\.(?:call|run|Popen|check_output"
            + "|check_call|getoutput)\\s*\\((?=.*shell\\s*=\\s*True)|subprocess\\.getoutput|eval|exec"
            + "|pickle\\.loads|yaml\\.load)\\b?\\s*\\(?",
        "^\\s*(?<name>[A-Za-z_]\\w*)\\s*=(?!=)(?<value>.*)$",
        "\\b%s\\b",
        "\\b(?:shlex\\.quote|pipes\\.quote|int|float|secure_filename|re\\.(?:full)?match|isdigit|isalnum)\\s*\\("),
    PERL(
        "#",
        "\\$ENV\\{['\"]?(?:QUERY_STRING|HTTP_\\w+|REQUEST_URI|PATH_INFO)|->param\\s*\\(|\\bparam\\s*\\(",
        "\\b(?:system|exec|eval|qx)\\b|`[^`]*[$@]|\\bopen\\s*\\([^)]*\\|",
        "(?<name>\\$\\w+)\\s*\\.?=(?![=~])(?<value>.*)$",
        "%s\\b",
        "\\bquotemeta\\b|\\\\Q|=~\\s*(?:m?/\\^|tr/)|\\bint\\s*\\(");

    private final Pattern comment;
    private final Pattern source;
    private final Pattern sink;
    private final Pattern assignment;
    private final String variable;
    private final Pattern sanitiser;

    Language(
        String comment,
        String source,
        String sink,
        String assignment,
        String variable,
        String sanitiser) {
      this.comment = Pattern.compile("^\\s*(?:" + comment + ")");
      this.source = Pattern.compile(source);
      this.sink = Pattern.compile(sink);
      this.assignment = Pattern.compile(assignment);
      this.variable = variable;
      this.sanitiser = Pattern.compile(sanitiser);
    }
  }

  private static final Pattern FIRST_LINE =
      Pattern.compile(
          "^#!\\s*\\S*/(?:env\\s+)?(?<shell>(?:ba|a|da|k|z)?sh|busybox\\s+sh|haserl)?(?<php>php\\S*)?"
              + "(?<lua>lua\\S*)?(?<python>python\\S*)?(?<perl>perl)?(?:\\s|$)");

  private record Found(Blob blob, Language language, int number, String line, String via)
      implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Noted> look(Content content) {
    Optional<String> text = content.text();
    if (text.isEmpty() || content.blob().paths().stream().allMatch(Samples::is)) {
      return List.of();
    }
    Optional<Language> language = language(content, text.get());
    return language
        .filter(known -> known.source.matcher(text.get()).find())
        .map(known -> read(content.blob(), known, text.get()))
        .orElse(List.of());
  }

  private static Optional<Language> language(Content content, String text) {
    int end = text.indexOf('\n');
    Matcher first = FIRST_LINE.matcher(text.substring(0, end < 0 ? text.length() : end));
    if (first.find()) {
      for (Language language : Language.values()) {
        if (first.group(language.name().toLowerCase(java.util.Locale.ROOT)) != null) {
          return Optional.of(language);
        }
      }
    }
    for (String path : content.blob().paths()) {
      String ending = path.substring(path.lastIndexOf('.') + 1);
      switch (ending) {
        case "sh" -> {
          return Optional.of(Language.SHELL);
        }
        case "php", "php3", "php5", "phtml", "inc" -> {
          return Optional.of(Language.PHP);
        }
        case "lua" -> {
          return Optional.of(Language.LUA);
        }
        case "py" -> {
          return Optional.of(Language.PYTHON);
        }
        case "pl", "pm" -> {
          return Optional.of(Language.PERL);
        }
        default -> {
          // another file may have a telling name
        }
      }
    }
    return Optional.empty();
  }

  private static List<Noted> read(Blob blob, Language language, String text) {
    List<Noted> found = new ArrayList<>();
    Set<String> tainted = new HashSet<>();
    int number = 0;
    for (String line : text.split("\r?\n", MOST_LINES)) {
      number++;
      boolean read = line.length() <= LONGEST_LINE && !language.comment.matcher(line).find();
      if (!read || found.size() >= MOST_FINDINGS) {
        continue;
      }
      Matcher sink = language.sink.matcher(line);
      if (sink.find() && !language.sanitiser.matcher(line).find()) {
        String rest = line.substring(sink.start());
        String via = via(language, rest, tainted);
        if (!via.isEmpty()) {
          found.add(new Found(blob, language, number, line.strip(), via));
        }
      }
      assign(language, line, tainted);
    }
    return found;
  }

  /// The source or the tainted variable that a text holds; empty where none.
  private static String via(Language language, String text, Set<String> tainted) {
    Matcher source = language.source.matcher(text);
    if (source.find()) {
      return source.group();
    }
    for (String name : tainted) {
      String pattern = language.variable.formatted(Pattern.quote(name));
      if (Pattern.compile(pattern).matcher(text).find()) {
        return name;
      }
    }
    return "";
  }

  private static void assign(Language language, String line, Set<String> tainted) {
    Matcher assignment = language.assignment.matcher(line);
    if (!assignment.find()) {
      return;
    }
    String name = assignment.group("name");
    String value = assignment.group("value");
    boolean clean = language.sanitiser.matcher(value).find();
    if (!clean && !via(language, value, tainted).isEmpty()) {
      if (tainted.size() < MOST_TAINTED) {
        tainted.add(name);
      }
    } else {
      tainted.remove(name);
    }
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> found = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Found each) {
        found
            .computeIfAbsent(each.language() + "\0" + each.line(), _ -> new ArrayList<>())
            .add(each);
      }
    }
    List<Issue> issues = new ArrayList<>();
    found.forEach((key, copies) -> issues.add(issue(key, copies)));
    return issues;
  }

  private static Issue issue(String key, List<Found> copies) {
    Found first = copies.getFirst();
    String language = first.language().name().toLowerCase(java.util.Locale.ROOT);
    return Findings.issue(
        CARD,
        key,
        CARD.severity(),
        CARD.confidence(),
        "What a client sends reaches a command (" + language + ")",
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
        Map.of(
            "language", language,
            "lineNumber", Integer.toString(first.number()),
            "line", Findings.brief(first.line()),
            "via", Findings.brief(first.via())));
  }
}
