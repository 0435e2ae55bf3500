package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Passwords, as hashes or empty, that every device of a model shares.
public final class PasswordHashRule implements Rule {
  private static final int LONGEST_FILE = 1 << 20;
  private static final Pattern ACCOUNTS =
      Pattern.compile("(?:.*/)?(?:etc/)?(passwd|shadow|master\\.passwd)(?:-|\\.default|\\.orig)?");
  private static final Pattern WEB =
      Pattern.compile("(?:.*/)?(?:\\.?htpasswd|httpd\\.passwd|lighttpd\\.user|users\\.htpasswd)");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,31}\\$?");
  private static final Pattern NO_LOGIN = Pattern.compile(".*/(?:nologin|false|sync|halt)");

  private static final RuleCard CARD =
      new RuleCard(
          "password-hash",
          "HARDCODED_PASSWORD_HASH",
          "Password built into the image",
          Severity.MEDIUM,
          Confidence.HIGH,
          List.of("CWE-798", "CWE-259", "CWE-916"),
          List.of(
              "EN 303 645 5.1-1, 5.1-2", "EN 18031-1 AUM-5", "CRA Annex I Part I (2)(a), (2)(d)"),
          "Only files whose name and lines are those of an account file are read. Locked accounts"
              + " (*, !, x, an empty field behind /bin/false) are no findings.",
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
    BCRYPT("bcrypt", Severity.MEDIUM),
    YESCRYPT("yescrypt", Severity.MEDIUM);

    private final String text;
    private final Severity severity;

    Scheme(String text, Severity severity) {
      this.text = text;
      this.severity = severity;
    }
  }

  private record Account(Blob blob, String user, String field, Scheme scheme, boolean administrator)
      implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Noted> look(Blob blob, Optional<ElfFile> elf) {
    boolean accounts = blob.paths().stream().anyMatch(path -> ACCOUNTS.matcher(path).matches());
    boolean web = blob.paths().stream().anyMatch(path -> WEB.matcher(path).matches());
    if (elf.isPresent() || (!accounts && !web)) {
      return List.of();
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
                        new Account(blob, fields[0], fields[1], scheme, administrator(fields))));
      }
    }
    return noted;
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
    if (field.startsWith("$y$") || field.startsWith("$7$") || field.startsWith("$gy$")) {
      return Optional.of(Scheme.YESCRYPT);
    }
    return field.matches("[./A-Za-z0-9]{13}") ? Optional.of(Scheme.DES) : Optional.empty();
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, Account> accounts = new TreeMap<>();
    Map<String, List<String>> paths = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Account account) {
        String key = account.user() + ":" + account.field();
        accounts.putIfAbsent(key, account);
        paths.computeIfAbsent(key, _ -> new ArrayList<>()).addAll(account.blob().paths());
      }
    }
    List<Issue> issues = new ArrayList<>();
    accounts.forEach(
        (key, account) -> issues.add(issue(key, account, paths.getOrDefault(key, List.of()))));
    return issues;
  }

  private static Issue issue(String key, Account account, List<String> paths) {
    boolean open = account.scheme() == Scheme.EMPTY;
    Severity severity =
        open && account.administrator() ? Severity.CRITICAL : account.scheme().severity;
    String summary =
        open
            ? "Account " + account.user() + " has no password"
            : "Account "
                + account.user()
                + " has a built-in password ("
                + account.scheme().text
                + ")";
    return Findings.issue(
        CARD,
        key,
        severity,
        CARD.confidence(),
        summary,
        paths,
        Map.of(
            "user",
            account.user(),
            "scheme",
            account.scheme().text,
            "hash",
            open ? "" : Findings.redacted(account.field())));
  }
}
