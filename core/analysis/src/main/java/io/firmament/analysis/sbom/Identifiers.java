package io.firmament.analysis.sbom;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.base.finding.Component;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/// How documents name an image and its components.
public final class Identifiers {
  private static final Pattern PURL = Pattern.compile("pkg:[A-Za-z0-9.+-]+/\\S+");

  private Identifiers() {}

  /// The image's own reference within a document.
  public static String reference(SbomSubject subject) {
    return "firmware-" + subject.sha256().hex().substring(0, 24);
  }

  /// A CPE name that is one, or is made of vendor and product.
  public static Optional<String> cpe(Component component) {
    if (component.cpe() != null) {
      return Cpe.parse(component.cpe()).map(Cpe::toString);
    }
    if (component.vendor() == null || component.product() == null) {
      return Optional.empty();
    }
    char part =
        component.type().equals("operating-system") || component.type().equals("firmware")
            ? 'o'
            : 'a';
    String version = component.version() == null ? "*" : component.version();
    return Cpe.parse(Cpe.of(part, component.vendor(), component.product(), version).toString())
        .map(Cpe::toString);
  }

  public static Optional<String> purl(Component component) {
    return Optional.ofNullable(component.purl()).filter(purl -> PURL.matcher(purl).matches());
  }

  /// A package URL of the image, of type `generic`, with its checksum.
  public static String purl(SbomSubject subject) {
    String vendor = subject.vendor();
    String version = subject.version();
    return "pkg:generic/"
        + (vendor == null || vendor.isBlank() ? "" : encoded(vendor) + "/")
        + encoded(subject.name())
        + (version == null || version.isBlank() ? "" : "@" + encoded(version))
        + "?checksum=sha256:"
        + subject.sha256().hex();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text.strip(), StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }
}
