package io.firmament.analysis.vex;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.cpe.CpeAttribute;
import io.firmament.analysis.advisory.cpe.Relation;
import io.firmament.analysis.sbom.Identifiers;
import io.firmament.analysis.sbom.SbomDocument;
import io.firmament.analysis.sbom.SbomHashes;
import io.firmament.analysis.sbom.SbomSubject;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexDecision;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the matches of an image that a document's statements are about.
///
/// A name is a thing's where one of its identifiers is: a hash of its file, its package URL (one
/// without a version is of every version; qualifiers do not count), or a CPE name that includes its
/// own. A hash that is another one says that it is another thing, whatever else fits. A product is
/// the image or one of its components; components of a product are only looked for in the image
/// where the product is the image, or the document names none.
public final class VexMatching {
  private final SbomDocument image;
  private final Map<String, Component> components = new HashMap<>();

  public VexMatching(SbomDocument image) {
    this.image = image;
    image.components().forEach(each -> components.put(each.id(), each));
  }

  /// What a document comes to.
  ///
  /// @param decisions at most one for each match and statement, in the document's order
  /// @param applied how many statements are of some match
  public record Applied(List<VexDecision> decisions, int applied) {
    public Applied {
      decisions = List.copyOf(decisions);
    }
  }

  /// @param latest what is said to have been said later counts as said then
  public Applied apply(VexDocument document, Instant latest) {
    Map<String, List<CveMatch>> byId = new HashMap<>();
    for (CveMatch match : image.matches()) {
      byId.computeIfAbsent(key(match.cve()), _ -> new ArrayList<>()).add(match);
      match.aliases().stream()
          .distinct()
          .filter(alias -> !key(alias).equals(key(match.cve())))
          .forEach(alias -> byId.computeIfAbsent(key(alias), _ -> new ArrayList<>()).add(match));
    }
    List<VexDecision> decisions = new ArrayList<>();
    int applied = 0;
    for (VexClaim claim : document.claims()) {
      int before = decisions.size();
      claim.vulnerabilities().stream()
          .flatMap(id -> byId.getOrDefault(key(id), List.of()).stream())
          .distinct()
          .forEach(
              match ->
                  specificity(claim, match)
                      .ifPresent(
                          specific ->
                              decisions.add(
                                  new VexDecision(
                                      match.id(),
                                      claim.statement(),
                                      earlier(claim.at(), latest).toString(),
                                      specific))));
      applied += decisions.size() > before ? 1 : 0;
    }
    return new Applied(decisions, applied);
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /// Whether the claim is of the component rather than of the image; empty where it is of neither.
  private Optional<Boolean> specificity(VexClaim claim, CveMatch match) {
    Component component = components.get(match.componentId());
    boolean whole = false;
    for (VexTarget target : claim.targets()) {
      VexName product = target.product();
      boolean ofImage = product == null || isImage(product);
      if (target.components().isEmpty()) {
        if (component != null && product != null && isComponent(product, component)) {
          return Optional.of(true);
        }
        whole |= ofImage;
      } else if (ofImage || (product != null && !product.isTelling())) {
        for (VexName each : target.components()) {
          if (component != null && isComponent(each, component)) {
            return Optional.of(true);
          }
        }
      }
    }
    return whole ? Optional.of(false) : Optional.empty();
  }

  private boolean isImage(VexName name) {
    SbomSubject subject = image.subject();
    String sha256 = subject.sha256().hex();
    if (contradicts(name, sha256, null)) {
      return false;
    }
    return name.hashes().contains(sha256)
        || name.ids().contains(Identifiers.reference(subject))
        || name.purls().stream().anyMatch(purl -> samePurl(purl, Identifiers.purl(subject)))
        || name.cpes().stream().anyMatch(cpe -> isImageCpe(cpe, subject));
  }

  private static boolean isImageCpe(String cpe, SbomSubject subject) {
    String vendor = subject.vendor();
    if (vendor == null || vendor.isBlank()) {
      return false;
    }
    String version = subject.version() == null ? "*" : subject.version();
    for (String product : List.of(subject.name(), subject.name() + "_firmware")) {
      if (includes(cpe, Cpe.of('o', vendor, product, version))) {
        return true;
      }
    }
    return false;
  }

  private boolean isComponent(VexName name, Component component) {
    SbomHashes hashes = image.hashes().get(component.id());
    if (hashes != null && contradicts(name, hashes.sha256().hex(), hashes.sha512())) {
      return false;
    }
    if (hashes != null
        && (name.hashes().contains(hashes.sha256().hex())
            || name.hashes().contains(String.valueOf(hashes.sha512())))) {
      return true;
    }
    if (name.ids().contains(component.id())) {
      return true;
    }
    String purl = Identifiers.purl(component).orElse(null);
    if (purl != null && name.purls().stream().anyMatch(each -> samePurl(each, purl))) {
      return true;
    }
    Cpe cpe = Identifiers.cpe(component).flatMap(Cpe::parse).orElse(null);
    return cpe != null && name.cpes().stream().anyMatch(each -> includes(each, cpe));
  }

  /// Whether the name has a hash of the same length that is another one.
  private static boolean contradicts(VexName name, String sha256, @Nullable String sha512) {
    for (String hash : name.hashes()) {
      boolean other256 = hash.length() == sha256.length() && !hash.equals(sha256);
      boolean other512 = sha512 != null && hash.length() == sha512.length() && !hash.equals(sha512);
      if (other256 || other512) {
        return true;
      }
    }
    return false;
  }

  private static boolean includes(String text, Cpe thing) {
    Optional<Cpe> name = Cpe.parse(text).or(() -> Cpe.parseUri(text));
    if (name.isEmpty()
        || name.get().isAny(CpeAttribute.VENDOR)
        || name.get().isAny(CpeAttribute.PRODUCT)) {
      return false;
    }
    Relation relation = name.get().compare(thing);
    return relation == Relation.SUPERSET || relation == Relation.EQUAL;
  }

  static boolean samePurl(String named, String own) {
    String[] left = parts(named);
    String[] right = parts(own);
    return left[0].equals(right[0]) && (left[1].isEmpty() || left[1].equals(right[1]));
  }

  /// Type and name, and the version; without qualifiers and subpath.
  private static String[] parts(String purl) {
    String text = purl.replaceFirst("[?#].*", "");
    int at = text.lastIndexOf('@');
    boolean versioned = at > text.lastIndexOf('/');
    String name = versioned ? text.substring(0, at) : text;
    String version = versioned ? text.substring(at + 1) : "";
    int slash = name.indexOf('/');
    String type = slash < 0 ? name : name.substring(0, slash).toLowerCase(Locale.ROOT);
    return new String[] {type + decoded(slash < 0 ? "" : name.substring(slash)), decoded(version)};
  }

  /// What is no percent-encoding stays as it is.
  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  private static String key(String id) {
    return id.toUpperCase(Locale.ROOT);
  }
}
