package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.cpe.CpeAttribute;
import io.firmament.base.finding.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A component in the form that criteria are compared with.
///
/// @param keys the CPE products that it may be, as `vendor:product`
/// @param version the upstream version; empty where none is known
/// @param base the version without its update part
/// @param update the update part, for example `rc1` or `p2`; empty where none
/// @param ecosystem the package URL type, for example `npm`; empty where none
/// @param packaged whether a distribution built it, and may have patched it
record Subject(
    Component component,
    List<String> keys,
    String version,
    String base,
    String update,
    String ecosystem,
    boolean packaged) {
  private static final Pattern UPDATE =
      Pattern.compile(
          "(.*?\\d[a-z]?)[-_.~]?((?:alpha|beta|rc|pre|test|dev|p|pl|sp|patch|update)[-_.]?\\d+)");
  private static final Pattern PURL_TYPE = Pattern.compile("pkg:([a-z0-9.+-]+)/.*");
  private static final Pattern REPACKAGED =
      Pattern.compile("[.+~](?:dfsg|ds|repack|debian|really|git|svn)(?![a-z]).*");

  static Subject of(Component component, Products products) {
    String ecosystem = ecosystem(component);
    boolean packaged = List.of("deb", "apk", "opkg", "rpm").contains(ecosystem);
    List<String> keys = new ArrayList<>();
    Optional<Cpe> cpe = Optional.ofNullable(component.cpe()).flatMap(Cpe::parse);
    cpe.filter(c -> !c.isAny(CpeAttribute.VENDOR) && !c.isAny(CpeAttribute.PRODUCT))
        .ifPresent(c -> keys.add(c.key()));
    if (component.vendor() != null && component.product() != null) {
      keys.add(Cpe.escape(component.vendor()) + ":" + Cpe.escape(component.product()));
    }
    if (packaged && keys.isEmpty()) {
      String source =
          component.sourcePackage() == null ? component.name() : component.sourcePackage();
      keys.addAll(products.ofPackage(source));
      keys.addAll(keys.isEmpty() ? products.ofPackage(component.name()) : List.of());
    }
    String version = component.version() == null ? "" : component.version().strip();
    String upstream = packaged ? upstream(version, ecosystem) : version;
    String lower = upstream.toLowerCase(Locale.ROOT);
    Matcher split = UPDATE.matcher(lower);
    boolean hasUpdate = split.matches();
    String update = hasUpdate ? split.group(2) : "";
    if (component.update() != null && update.isEmpty()) {
      update = component.update().toLowerCase(Locale.ROOT);
    }
    return new Subject(
        component,
        products.withAliases(keys),
        update.isEmpty() || hasUpdate ? lower : lower + "-" + update,
        hasUpdate ? split.group(1) : lower,
        update.replaceAll("[-_.]", ""),
        ecosystem,
        packaged);
  }

  private static String ecosystem(Component component) {
    if (component.purl() != null) {
      Matcher type = PURL_TYPE.matcher(component.purl());
      if (type.matches() && !type.group(1).equals("generic")) {
        return type.group(1);
      }
    }
    return component.evidence().stream()
        .map(evidence -> evidence.detector())
        .map(detector -> detector.equals("dpkg") ? "deb" : detector)
        .filter(List.of("deb", "apk", "opkg", "rpm")::contains)
        .findFirst()
        .orElse("");
  }

  /// Without epoch, package revision and marks of repackaging.
  static String upstream(String version, String ecosystem) {
    String text = version.replaceFirst("^\\d+:", "");
    int really = text.indexOf("+really");
    text = really < 0 ? text : text.substring(really + "+really".length());
    text =
        ecosystem.equals("apk")
            ? text.replaceFirst("-r\\d+$", "").replaceFirst("_git\\d+$", "").replace("_p", "p")
            : text.replaceFirst("-[^-]*$", "");
    return REPACKAGED.matcher(text).replaceFirst("");
  }
}
