package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.inspect.Table;
import io.firmament.analysis.inspect.crypt.PasswordHash;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Passwords, as hashes or empty, that every device of a model shares.
public final class PasswordHashRule implements Rule {
  private static final int LONGEST_FILE = 1 << 20;
  private static final Pattern ACCOUNTS =
      Pattern.compile("(?:.*/)?(?:etc/)?(passwd|shadow|master\\.passwd)(?:-|\\.default|\\.orig)?");
  private static final Pattern WEB =
      Pattern.compile(
          "(?:.*/)?(?:\\.?htpasswd|httpd\\.passwd|lighttpd\\.user|users\\.htpasswd"
              + "|(?:mosquitto|mqtt)[^/]*/[^/]*(?:passw|pwfile)[^/]*|mosquitto[^/]*passw[^/]*)");
  private static final List<String> MARKS =
      List.of("$1$", "$5$", "$6$", "$2a$", "$2b$", "$2y$", "$y$", "$gy$", "$7$");
  private static final Pattern STRAY =
      Pattern.compile(
          "\\$1\\$[./0-9A-Za-z]{1,8}\\$[./0-9A-Za-z]{22}(?![./0-9A-Za-z$])"
              + "|\\$5\\$(?:rounds=\\d{4,9}\\$)?[./0-9A-Za-z]{1,16}\\$[./0-9A-Za-z]{43}"
              + "(?![./0-9A-Za-z$])"
              + "|\\$6\\$(?:rounds=\\d{4,9}\\$)?[./0-9A-Za-z]{1,16}\\$[./0-9A-Za-z]{86}"
              + "(?![./0-9A-Za-z$])"
              + "|\\$2[aby]\\$\\d\\d\\$[./0-9A-Za-z]{53}(?![./0-9A-Za-z$])"
              + "|\\$g?y\\$[./0-9A-Za-z]{3,8}\\$[./0-9A-Za-z]{16,32}\\$[./0-9A-Za-z]{43}"
              + "(?![./0-9A-Za-z$])"
              + "|\\$7\\$[./0-9A-Za-z]{27,43}\\$[./0-9A-Za-z]{43}(?![./0-9A-Za-z$])");
  private static final Pattern BEFORE = Pattern.compile("([A-Za-z_][A-Za-z0-9_.-]{0,31}):$");
  private static final int LONGEST_HASH = 160;
  private static final int MOST_STRAYS = 16;
  private static final int MOST_TRIED = 24;
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,31}\\$?");
  private static final Pattern NO_LOGIN = Pattern.compile(".*/(?:nologin|false|sync|halt)");

  private static final RuleCard CARD =
      new RuleCard(
          "password-hash",
          IssueType.HARDCODED_PASSWORD_HASH,
          "Password built into the image",
          Severity.MEDIUM,
          Confidence.HIGH,
          List.of("CWE-798", "CWE-259", "CWE-916"),
          List.of(
              "EN 303 645 5.1-1, 5.1-2", "EN 18031-1 AUM-5", "CRA Annex I Part I (2)(a), (2)(d)"),
          "Accounts are read from files whose name and lines are those of an account file. Locked"
              + " accounts (*, !, x, an empty field behind /bin/false) are no findings. A hash"
              + " anywhere else must have the exact form of its scheme, has low confidence, and is"
              + " left out of documentation and tests. About a hundred passwords that are known as"
              + " defaults and the account's own name are tried, of yescrypt and scrypt the most"
              + " usual ones; one that fits is certain and makes the finding CRITICAL.",
          "Lock the account (passwd -l) or set a password for each device at manufacture or first"
              + " use; hash with yescrypt or SHA-512.");

  /// What a password field holds, worst first.
  enum Scheme {
    EMPTY("no password", Severity.HIGH),
    DES("traditional DES crypt", Severity.HIGH),
    MD5("MD5 crypt", Severity.HIGH),
    SHA1("unsalted SHA-1", Severity.HIGH),
    SHA256("SHA-256 crypt", Severity.MEDIUM),
    SHA512("SHA-512 crypt", Severity.MEDIUM),
    PBKDF2("PBKDF2", Severity.MEDIUM),
    BCRYPT("bcrypt", Severity.MEDIUM),
    SCRYPT("scrypt", Severity.MEDIUM),
    YESCRYPT("yescrypt", Severity.MEDIUM);

    private final String text;
    private final Severity severity;

    Scheme(String text, Severity severity) {
      this.text = text;
      this.severity = severity;
    }
  }

  private final List<String> words = Table.lines("default-passwords.txt");

  private record Account(
      Blob blob,
      String user,
      String field,
      Scheme scheme,
      boolean administrator,
      Confidence confidence)
      implements Noted {
    String key() {
      return user + ":" + field;
    }
  }

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return MARKS;
  }

  @Override
  public List<Noted> look(Content content) {
    Blob blob = content.blob();
    boolean web = content.named(WEB);
    boolean accounts = !web && content.named(ACCOUNTS);
    if (content.elf().isPresent() || (!accounts && !web)) {
      return strays(content);
    }
    List<Noted> noted = new ArrayList<>();
    String text = new String(blob.head(LONGEST_FILE), StandardCharsets.UTF_8);
    for (String line : text.split("\r?\n")) {
      String[] fields = line.split(":", -1);
      boolean shape = accounts ? fields.length >= 7 : fields.length >= 2;
      if (shape && NAME.matcher(fields[0]).matches()) {
        scheme(fields, accounts)
            .ifPresent(
                scheme ->
                    noted.add(
                        new Account(
                            blob,
                            fields[0],
                            fields[1],
                            scheme,
                            administrator(fields),
                            CARD.confidence())));
      }
    }
    return noted;
  }

  /// Hashes in a program, a script or a configuration.
  private static List<Noted> strays(Content content) {
    if (content.blob().paths().stream().allMatch(Samples::is)) {
      return List.of();
    }
    Map<String, Noted> found = new TreeMap<>();
    for (String mark : MARKS) {
      for (long offset : content.at(mark)) {
        Matcher matcher = STRAY.matcher(content.latin(offset, LONGEST_HASH));
        if (matcher.lookingAt() && found.size() < MOST_STRAYS) {
          Account account = stray(content, offset, matcher.group());
          found.putIfAbsent(account.key(), account);
        }
      }
    }
    return List.copyOf(found.values());
  }

  private static Account stray(Content content, long offset, String field) {
    int back = (int) Math.min(33, offset);
    Matcher before = BEFORE.matcher(content.latin(offset - back, back));
    String user = before.find() ? before.group(1) : "";
    Scheme scheme = scheme(new String[] {user, field}, false).orElse(Scheme.YESCRYPT);
    return new Account(content.blob(), user, field, scheme, user.equals("root"), Confidence.LOW);
  }

  private static boolean administrator(String[] fields) {
    boolean passwd = fields.length == 7;
    return fields[0].equals("root") || (passwd && fields[2].equals("0"));
  }

  private static Optional<Scheme> scheme(String[] fields, boolean account) {
    String field = fields[1];
    if (field.isEmpty()) {
      // passwd(5): an empty field means that no password is wanted; shadow has nine fields.
      boolean shell = fields.length != 7 || !NO_LOGIN.matcher(fields[6]).matches();
      return account && shell ? Optional.of(Scheme.EMPTY) : Optional.empty();
    }
    if (field.startsWith("$1$") || field.startsWith("$apr1$")) {
      return Optional.of(Scheme.MD5);
    }
    if (field.startsWith("{SHA}")) {
      return Optional.of(Scheme.SHA1);
    }
    if (field.startsWith("$5$")) {
      return Optional.of(Scheme.SHA256);
    }
    if (field.startsWith("$6$")) {
      return Optional.of(Scheme.SHA512);
    }
    if (field.matches("\\$2[abxy]?\\$\\d\\d\\$[./A-Za-z0-9]{53}")) {
      return Optional.of(Scheme.BCRYPT);
    }
    if (field.matches("\\$7\\$\\d{1,7}\\$.*")) {
      return Optional.of(Scheme.PBKDF2);
    }
    if (field.startsWith("$7$")) {
      return Optional.of(Scheme.SCRYPT);
    }
    if (field.startsWith("$y$") || field.startsWith("$gy$")) {
      return Optional.of(Scheme.YESCRYPT);
    }
    return field.matches("[./A-Za-z0-9]{13}") ? Optional.of(Scheme.DES) : Optional.empty();
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, Account> accounts = new LinkedHashMap<>();
    Map<String, List<Blob>> blobs = new HashMap<>();
    for (Noted note : noted) {
      if (note instanceof Account account) {
        accounts.merge(
            account.key(),
            account,
            (a, b) -> a.confidence().compareTo(b.confidence()) <= 0 ? a : b);
        blobs.computeIfAbsent(account.key(), _ -> new ArrayList<>()).add(account.blob());
      }
    }
    List<Issue> issues = new ArrayList<>();
    Standing standing = new Standing();
    int tried = 0;
    for (Map.Entry<String, Account> each : accounts.entrySet()) {
      Account account = each.getValue();
      Optional<PasswordHash> hash = PasswordHash.parse(account.field());
      boolean known = hash.isPresent() && tried++ < MOST_TRIED && cracks(account, hash.get());
      List<Blob> copies = blobs.getOrDefault(each.getKey(), List.of());
      issues.add(issue(standing.next(account.user(), copies), account, known, copies));
    }
    return issues;
  }

  private boolean cracks(Account account, PasswordHash hash) {
    List<String> all = new ArrayList<>();
    all.add("");
    all.add(account.user());
    all.addAll(words);
    return hash.crack(all.stream().distinct().toList()).isPresent();
  }

  private static Issue issue(String evidence, Account account, boolean known, List<Blob> copies) {
    boolean open = account.scheme() == Scheme.EMPTY;
    Severity severity =
        known || (open && account.administrator()) ? Severity.CRITICAL : account.scheme().severity;
    boolean sure = account.confidence() == Confidence.HIGH;
    String who = account.user().isEmpty() ? "An account" : "Account " + account.user();
    String what =
        open
            ? " has no password"
            : known ? " has a well-known default password (" : " has a built-in password (";
    return Findings.issue(
        CARD,
        evidence,
        sure || known ? severity : Severity.LOW,
        known ? Confidence.HIGH : account.confidence(),
        open
            ? who + what
            : (sure ? who + what : "A password hash" + (known ? " of a default password (" : " ("))
                + account.scheme().text
                + ")",
        copies.stream().flatMap(copy -> copy.paths().stream()).toList(),
        Map.of(
            "user",
            account.user(),
            "scheme",
            account.scheme().text,
            "defaultPassword",
            open || known ? "yes" : "not found",
            "hash",
            open ? "" : Findings.redacted(account.field())));
  }
}
