package io.firmament.analysis.advisory.feeds;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.firmament.analysis.advisory.version.VersionScheme;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What the CNA says of a CVE in its CVE JSON 5 record: mostly the makers of the product.
///
/// @param description in English; empty where there is none
/// @param products with their versions
public record CveRecord(String id, boolean rejected, String description, List<Product> products) {
  private static final Map<String, String> KEYS = Map.of("linux:linux", "linux:linux_kernel");

  public CveRecord {
    products = List.copyOf(products);
  }

  /// What a record says of one version.
  public enum Status {
    AFFECTED,
    /// An entry of the record names the version as not affected.
    UNAFFECTED,
    /// No entry has the version, and what is not listed is said not to be affected.
    NOT_LISTED,
    /// The record leaves it open.
    UNKNOWN
  }

  /// One element of `affected`.
  ///
  /// @param key `vendor:product` in lower case, as CPE writes it
  /// @param files source files that hold the flaw
  /// @param introductions how many commits brought the flaw in, where versions are commits
  public record Product(
      String key, String defaultStatus, List<Entry> entries, Set<String> files, int introductions) {
    public Product {
      entries = List.copyOf(entries);
      files = Set.copyOf(files);
    }
  }

  /// A version or a range of them.
  ///
  /// @param to empty for a single version; `*` for no end, `5.10.*` for all of a series
  public record Entry(
      String version, String to, boolean included, String status, List<Change> changes) {
    public Entry {
      changes = List.copyOf(changes);
    }
  }

  /// From a version on the status is another.
  public record Change(String at, String status) {}

  /// The source files of the product that hold the flaw, sorted.
  public Set<String> files(String key) {
    Set<String> files = new TreeSet<>();
    products.stream().filter(p -> p.key.equals(key)).forEach(p -> files.addAll(p.files));
    return files;
  }

  /// What the record says of the version; empty where it does not name the product with versions.
  ///
  /// A flaw that several commits brought in came with backports to older series too: versions
  /// before the first release that has it are then not known to be free of it.
  public Optional<Status> status(String key, String version, VersionScheme scheme) {
    int introductions =
        products.stream()
            .filter(p -> p.key.equals(key))
            .mapToInt(Product::introductions)
            .max()
            .orElse(0);
    return products.stream()
        .filter(p -> p.key.equals(key) && !p.entries.isEmpty())
        .findFirst()
        .map(p -> status(p, version, scheme, introductions > 1));
  }

  private static Status status(
      Product product, String version, VersionScheme scheme, boolean backported) {
    for (Entry entry : product.entries) {
      boolean beforeFirst = entry.version.equals("0") && entry.status.equals("unaffected");
      if (!(beforeFirst && backported) && covers(entry, version, scheme)) {
        String status = entry.status;
        for (Change change : entry.changes) {
          status = scheme.compare(change.at, version) <= 0 ? change.status : status;
        }
        return switch (status) {
          case "affected" -> Status.AFFECTED;
          case "unaffected" -> Status.UNAFFECTED;
          default -> Status.UNKNOWN;
        };
      }
    }
    if (backported && product.entries.stream().anyMatch(e -> beforeFirst(e, version, scheme))) {
      return Status.UNKNOWN;
    }
    return switch (product.defaultStatus) {
      case "affected" -> Status.AFFECTED;
      case "unaffected" -> Status.NOT_LISTED;
      default -> Status.UNKNOWN;
    };
  }

  private static boolean beforeFirst(Entry entry, String version, VersionScheme scheme) {
    return entry.version.equals("0") && covers(entry, version, scheme);
  }

  private static boolean covers(Entry entry, String version, VersionScheme scheme) {
    if (entry.to.isEmpty()) {
      return scheme.compare(entry.version, version) == 0;
    }
    if (!entry.version.equals("0") && scheme.compare(version, entry.version) < 0) {
      return false;
    }
    if (entry.to.equals("*")) {
      return true;
    }
    if (entry.to.endsWith(".*")) {
      String series = entry.to.substring(0, entry.to.length() - 2);
      return version.equals(series)
          || version.startsWith(series + ".")
          || scheme.compare(version, series) < 0;
    }
    int order = scheme.compare(version, entry.to);
    return order < 0 || (order == 0 && entry.included);
  }

  /// Reads one record.
  ///
  /// @throws MalformedRecord also where it is no JSON
  public static CveRecord parse(InputStream in) throws IOException, MalformedRecord {
    try (JsonParser parser = new JsonFactory().createParser(in)) {
      parser.nextToken();
      return of(JsonValue.read(parser));
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      throw new MalformedRecord("no JSON: " + NvdRecord.shortened(e.getOriginalMessage()));
    }
  }

  private static CveRecord of(JsonValue json) throws MalformedRecord {
    JsonValue metadata = json.field("cveMetadata");
    String id =
        metadata
            .field("cveId")
            .text()
            .filter(text -> text.startsWith("CVE-"))
            .orElseThrow(() -> new MalformedRecord("no CVE id"));
    List<Product> products = new ArrayList<>();
    for (JsonValue each :
        json.field("containers").field("cna").field("affected").items("affected")) {
      product(each).ifPresent(products::add);
    }
    String description = "";
    for (JsonValue each :
        json.field("containers").field("cna").field("descriptions").items("descriptions")) {
      if (each.field("lang").text().orElse("").startsWith("en")) {
        description = each.field("value").text().orElse("");
      }
    }
    boolean rejected = metadata.field("state").text().equals(Optional.of("REJECTED"));
    return new CveRecord(id, rejected, description, products);
  }

  private static Optional<Product> product(JsonValue json) throws MalformedRecord {
    Optional<String> vendor = json.field("vendor").text();
    Optional<String> product = json.field("product").text();
    if (vendor.isEmpty() || product.isEmpty()) {
      return Optional.empty();
    }
    String name = (vendor.get() + ":" + product.get()).toLowerCase(Locale.ROOT).replace(' ', '_');
    List<Entry> entries = new ArrayList<>();
    Set<String> introductions = new HashSet<>();
    for (JsonValue version : json.field("versions").items("versions")) {
      if (version.field("versionType").text().equals(Optional.of("git"))) {
        version.field("version").text().ifPresent(introductions::add);
      } else {
        entry(version).ifPresent(entries::add);
      }
    }
    Set<String> files = new HashSet<>();
    for (JsonValue file : json.field("programFiles").items("programFiles")) {
      file.text().ifPresent(files::add);
    }
    return Optional.of(
        new Product(
            KEYS.getOrDefault(name, name),
            json.field("defaultStatus").text().orElse("unknown"),
            entries,
            files,
            introductions.size()));
  }

  private static Optional<Entry> entry(JsonValue json) throws MalformedRecord {
    Optional<String> version = json.field("version").text().filter(v -> !v.equals("n/a"));
    Optional<String> included = json.field("lessThanOrEqual").text();
    Optional<String> to = json.field("lessThan").text().or(() -> included);
    List<Change> changes = new ArrayList<>();
    for (JsonValue change : json.field("changes").items("changes")) {
      changes.add(
          new Change(
              change.field("at").text().orElse(""), change.field("status").text().orElse("")));
    }
    return version.map(
        v ->
            new Entry(
                v,
                to.orElse(""),
                included.isPresent(),
                json.field("status").text().orElse("unknown"),
                changes));
  }
}
