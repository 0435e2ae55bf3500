package io.firmament.analysis.advisory;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.firmament.analysis.advisory.version.VersionScheme;
import io.firmament.analysis.advisory.version.VersionSchemes;
import io.firmament.base.finding.Component;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What distributions say of their own packages: in which version of the package they mended a
/// vulnerability, by an upgrade or by a patch of their own.
///
/// The key of a row is distribution and release, as `debian-11`, and the source package.
public final class DistributionFixes {
  /// "0" where the distribution says that the package never had the flaw.
  private static final String NEVER = "0";

  private static final Map<String, String> DEBIAN_RELEASES =
      Map.of(
          "jessie",
          "8",
          "stretch",
          "9",
          "buster",
          "10",
          "bullseye",
          "11",
          "bookworm",
          "12",
          "trixie",
          "13",
          "forky",
          "14",
          "sid",
          "sid");
  private static final Pattern LABEL = Pattern.compile("([a-z]+)-(\\d+)(?:\\.(\\d+))?.*");
  private static final Pattern CVE = Pattern.compile("CVE-\\d{4}-\\d{4,19}");

  private final Map<String, Map<String, String>> fixedIn = new HashMap<>();

  /// What a distribution says of one installed package.
  public sealed interface Verdict {
    /// The installed version has the fix.
    record Fixed(String version) implements Verdict {}

    /// The installed version is older than the fix.
    record Unfixed(String version) implements Verdict {}

    /// The package never had the flaw.
    record NeverAffected() implements Verdict {}

    /// The distribution knows of it and has no fix.
    record Open() implements Verdict {}
  }

  /// Without any rows.
  public static DistributionFixes none() {
    return new DistributionFixes();
  }

  /// Adds a row.
  ///
  /// @param distribution such as `debian-11` or `alpine-3.16`
  /// @param version that mended it; `0` for never affected, empty for no fix yet
  public DistributionFixes add(String distribution, String source, String cve, String version) {
    fixedIn
        .computeIfAbsent(distribution + "\0" + source, _ -> new HashMap<>())
        // A flaw may come back: the last version that mended it counts.
        .merge(cve, version, (old, next) -> later(distribution, old, next));
    return this;
  }

  private static String later(String distribution, String left, String right) {
    if (left.isEmpty() || right.isEmpty()) {
      return "";
    }
    return scheme(distribution).compare(left, right) < 0 ? right : left;
  }

  private static VersionScheme scheme(String distribution) {
    return VersionSchemes.standard().ofType(distribution.startsWith("alpine") ? "apk" : "deb");
  }

  /// Adds Alpine's security database of one release and repository, in its JSON form.
  public DistributionFixes addAlpine(InputStream json) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      String release = "";
      String name = "";
      String version = "";
      Map<String, String> fixes = new HashMap<>();
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        String field = String.valueOf(parser.currentName());
        if (token == JsonToken.VALUE_STRING && field.equals("distroversion")) {
          release = parser.getText().replaceFirst("^v", "");
        } else if (token == JsonToken.VALUE_STRING && field.equals("name")) {
          name = parser.getText();
        } else if (token == JsonToken.START_ARRAY && inSecfixes(parser)) {
          version = field;
        } else if (token == JsonToken.VALUE_STRING && !version.isEmpty()) {
          Matcher ids = CVE.matcher(parser.getText());
          while (ids.find()) {
            fixes.put(ids.group() + "\0" + version, version);
          }
        } else if (token == JsonToken.END_ARRAY) {
          version = "";
        }
        if (token == JsonToken.END_OBJECT && field.equals("pkg")) {
          for (Map.Entry<String, String> fix : fixes.entrySet()) {
            String cve = fix.getKey().substring(0, fix.getKey().indexOf('\0'));
            add("alpine-" + release, name, cve, fix.getValue());
          }
          fixes.clear();
          name = "";
        }
      }
    }
    return this;
  }

  private static boolean inSecfixes(JsonParser parser) {
    var parent = parser.getParsingContext().getParent();
    return parent != null
        && parent.inObject()
        && parent.getParent() != null
        && "secfixes".equals(parent.getParent().getCurrentName());
  }

  /// Adds the JSON export of Debian's security tracker.
  public DistributionFixes addDebian(InputStream json) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the tracker's export is no JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String source = parser.currentName();
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String cve = parser.currentName();
          parser.nextToken();
          debianIssue(parser, source, cve);
        }
      }
    }
    return this;
  }

  private void debianIssue(JsonParser parser, String source, String cve) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean releases = parser.currentName().equals("releases");
      if (parser.nextToken() != JsonToken.START_OBJECT || !releases) {
        parser.skipChildren();
        continue;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String release = DEBIAN_RELEASES.get(parser.currentName());
        parser.nextToken();
        String status = "";
        String version = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String field = parser.currentName();
          if (parser.nextToken().isScalarValue()) {
            status = field.equals("status") ? parser.getText() : status;
            version = field.equals("fixed_version") ? parser.getText() : version;
          } else {
            parser.skipChildren();
          }
        }
        boolean known = status.equals("resolved") || status.equals("open");
        if (release != null && known) {
          add("debian-" + release, source, cve, status.equals("open") ? "" : version);
        }
      }
    }
  }

  /// What the component's own distribution says; empty where it is no package of one, or where the
  /// distribution does not know of the vulnerability.
  public Optional<Verdict> verdict(Component component, String cve) {
    String version = component.version();
    Matcher label = LABEL.matcher(component.distribution() == null ? "" : component.distribution());
    if (version == null || !label.matches()) {
      return Optional.empty();
    }
    boolean alpine = label.group(1).equals("alpine");
    String distribution =
        label.group(1)
            + "-"
            + label.group(2)
            + (alpine && label.group(3) != null ? "." + label.group(3) : "");
    String source =
        component.sourcePackage() == null ? component.name() : component.sourcePackage();
    String fixed = fixedIn.getOrDefault(distribution + "\0" + source, Map.of()).get(cve);
    if (fixed == null) {
      return Optional.empty();
    }
    if (fixed.equals(NEVER)) {
      return Optional.of(new Verdict.NeverAffected());
    }
    if (fixed.isEmpty()) {
      return Optional.of(new Verdict.Open());
    }
    return Optional.of(
        scheme(distribution).compare(version, fixed) >= 0
            ? new Verdict.Fixed(fixed)
            : new Verdict.Unfixed(fixed));
  }
}
