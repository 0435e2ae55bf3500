package io.firmament.analysis.advisory;

import io.firmament.base.finding.Component;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Made-up feeds of several kinds that change at random: records are added, edited, rejected and
/// taken back. The same seed gives the same feeds.
public final class RandomFeeds {
  private static final int RECORDS = 40;
  private static final int PRODUCTS = 14;

  private final Random random;
  private final Map<String, String> nvd = new TreeMap<>();
  private final Map<String, String> makers = new TreeMap<>();
  private final Map<String, String> osv = new TreeMap<>();
  private final Map<String, String> debian = new TreeMap<>();
  private final Map<String, String> epss = new TreeMap<>();
  private final Map<String, String> kev = new TreeMap<>();

  /// So that no feed is ever empty.
  private final List<String> first;

  public RandomFeeds(long seed) {
    random = new Random(seed);
    first = List.of(nvd("CVE-2001-0001"), maker("CVE-2001-0002"), osv("CVE-2001-0003"));
    change(200);
  }

  /// Changes so many records.
  public void change(int records) {
    for (int i = 0; i < records; i++) {
      String id = "CVE-2001-" + (1000 + random.nextInt(RECORDS));
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> put(nvd, id, nvd(id));
        case 3 -> put(makers, id, maker(id));
        case 4 -> put(osv, id, osv(id));
        case 5 -> {
          String name = "pack" + random.nextInt(PRODUCTS);
          put(debian, name, "\"" + name + "\":{\"" + id + "\":{\"releases\":{" + release() + "}}}");
        }
        case 6 -> put(epss, id, id + "," + random.nextInt(100) / 100.0 + ",0.5");
        default ->
            put(
                kev,
                id,
                "{\"cveID\":\""
                    + id
                    + "\",\"dateAdded\":\"2026-01-01\",\"knownRansomwareCampaignUse\":\""
                    + (random.nextBoolean() ? "Known" : "Unknown")
                    + "\"}");
      }
    }
  }

  /// A change of one record that only its forecast is of.
  public void forecast(String id, double probability) {
    epss.put(id, id + "," + probability + ",0.5");
  }

  private void put(Map<String, String> feed, String key, String value) {
    if (random.nextInt(5) == 0) {
      feed.remove(key);
    } else {
      feed.put(key, value);
    }
  }

  private String version() {
    return random.nextInt(4) + "." + random.nextInt(4);
  }

  private String criterion(String part, String name, boolean vulnerable) {
    String cpe = "cpe:2.3:" + part + ":acme:" + name + ":";
    String rest = ":*:*:*:*:*:*:*\"";
    String text = "{\"vulnerable\":" + vulnerable + ",\"criteria\":\"" + cpe;
    return switch (random.nextInt(4)) {
      case 0 -> text + version() + rest + "}";
      case 1 -> text + "*" + rest + ",\"versionEndExcluding\":\"" + version() + "\"}";
      case 2 ->
          text
              + "*"
              + rest
              + ",\"versionStartIncluding\":\"0."
              + random.nextInt(4)
              + "\",\"versionEndIncluding\":\""
              + version()
              + "\"}";
      default -> text + (vulnerable ? "*" : "-") + rest + "}";
    };
  }

  private String product() {
    return "pack" + random.nextInt(PRODUCTS);
  }

  private String nvd(String id) {
    List<String> leaves = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      leaves.add(criterion("a", product(), true));
    }
    String node = "{\"operator\":\"OR\",\"cpeMatch\":[" + String.join(",", leaves) + "]}";
    String platform =
        ",{\"operator\":\"OR\",\"negate\":"
            + (random.nextInt(6) == 0)
            + ",\"cpeMatch\":["
            + criterion("o", product(), false)
            + "]}";
    boolean conditional = random.nextInt(3) == 0;
    String status = random.nextInt(8) == 0 ? "Rejected" : "Analyzed";
    return "{\"cve\":{\"id\":\""
        + id
        + "\",\"vulnStatus\":\""
        + status
        + "\",\"lastModified\":\"2026-01-0"
        + (1 + random.nextInt(9))
        + "\",\"descriptions\":[{\"lang\":\"en\",\"value\":\"words "
        + random.nextInt(3)
        + "\"}],\"metrics\":{\"cvssMetricV31\":[{\"type\":\"Primary\",\"cvssData\":{\"vectorString\":"
        + "\"CVSS:3.1/x\",\"baseScore\":"
        + (1 + random.nextInt(9))
        + ".5}}]},\"configurations\":[{\"operator\":\""
        + (conditional ? "AND" : "OR")
        + "\",\"nodes\":["
        + node
        + (conditional ? platform : "")
        + "]}]}}";
  }

  private String maker(String id) {
    return "{\"dataType\":\"CVE_RECORD\",\"cveMetadata\":{\"cveId\":\""
        + id
        + "\",\"state\":\""
        + (random.nextInt(6) == 0 ? "REJECTED" : "PUBLISHED")
        + "\",\"dateUpdated\":\"2026-01-01T00:00:00Z\"},\"containers\":{\"cna\":{\"affected\":["
        + "{\"vendor\":\"acme\",\"product\":\""
        + product()
        + "\",\"versions\":[{\"version\":\"0\",\"lessThan\":\""
        + version()
        + "\",\"versionType\":\"custom\",\"status\":\"affected\"}]}]}}}";
  }

  private String osv(String id) {
    return "{\"id\":\"GHSA-"
        + id.substring(9)
        + "-aaaa-bbbb\",\"modified\":\"2026-02-01T00:00:00Z\""
        + (random.nextInt(8) == 0 ? ",\"withdrawn\":\"2026-02-01T00:00:00Z\"" : "")
        + (random.nextBoolean() ? ",\"aliases\":[\"" + id + "\"]" : "")
        + ",\"summary\":\"flaw\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\""
        + product()
        + "\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\""
        + version()
        + ".0\"}]}]}]}";
  }

  private String release() {
    String name = random.nextBoolean() ? "bookworm" : "bullseye";
    return "\""
        + name
        + "\":"
        + switch (random.nextInt(3)) {
          case 0 -> "{\"status\":\"open\"}";
          case 1 -> "{\"status\":\"resolved\",\"fixed_version\":\"" + version() + "-1\"}";
          default -> "{\"status\":\"open\",\"urgency\":\"unimportant\"}";
        };
  }

  /// Writes them into a folder, each under the name it always has.
  public List<Path> write(Path folder) throws IOException {
    List<Path> feeds = new ArrayList<>();
    feeds.add(
        Files.writeString(
            folder.resolve("nvd.json"),
            "{\"vulnerabilities\":["
                + String.join(",", nvd.values())
                + (nvd.isEmpty() ? "" : ",")
                + first.getFirst()
                + "]}"));
    feeds.add(
        Files.writeString(
            folder.resolve("makers.json"),
            first.get(1) + "\n" + String.join("\n", makers.values())));
    feeds.add(
        Files.writeString(
            folder.resolve("osv.json"), first.getLast() + "\n" + String.join("\n", osv.values())));
    feeds.add(
        Files.writeString(
            folder.resolve("epss.csv"),
            "#model_version:v1,score_date:2026-02-03T00:00:00+0000\ncve,epss,percentile\n"
                + "CVE-2001-0001,0.1,0.1\n"
                + String.join("\n", epss.values())
                + "\n"));
    feeds.add(
        Files.writeString(
            folder.resolve("kev.json"),
            "{\"catalogVersion\":\"1\",\"dateReleased\":\"2026-01-01\",\"vulnerabilities\":["
                + String.join(",", kev.values())
                + "]}"));
    if (!debian.isEmpty()) {
      feeds.add(
          Files.writeString(
              folder.resolve("debian.json"), "{" + String.join(",", debian.values()) + "}"));
    }
    return feeds;
  }

  /// Components of some firmware: programs, packages of two releases of Debian, and of npm.
  public List<Component> firmware() {
    Map<String, Component> components = new TreeMap<>();
    for (int i = 0; i < 1 + random.nextInt(5); i++) {
      String name = product();
      Component component =
          switch (random.nextInt(3)) {
            case 0 -> Components.of("acme", name, version());
            case 1 ->
                Components.packaged(
                    "deb",
                    name,
                    name,
                    version() + "-1",
                    random.nextBoolean() ? "debian-12" : "debian-11");
            default ->
                Components.ofPurl(
                    "pkg:npm/" + name + "@" + version() + ".0", "acme", name, version());
          };
      components.put(component.id(), component);
    }
    return List.copyOf(components.values());
  }
}
