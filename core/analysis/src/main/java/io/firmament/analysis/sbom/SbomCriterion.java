package io.firmament.analysis.sbom;

import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One thing that a profile asks of an SBOM.
///
/// @param id unique within the profile
/// @param asks in words
/// @param scope of what it asks it
/// @param met of a thing that is listed; never asked where the scope is the document
/// @param said of the document; never asked where the scope is the component
record SbomCriterion(
    String id,
    String asks,
    Scope scope,
    BiPredicate<SbomPart, SpdxLicenses> met,
    Predicate<SbomDocument> said) {

  /// What a criterion is asked of.
  enum Scope {
    /// The document as a whole.
    DOCUMENT,
    /// The image and each component in it.
    COMPONENT
  }

  private static final Pattern CONTACT =
      Pattern.compile("(mailto:)?[^\\s@/]+@[^\\s@/]+\\.[^\\s@/]+|https?://[^\\s/]+\\S*");

  /// What SPDX writes where nothing is said, or where there is no licence.
  private static final List<String> NO_LICENSE = List.of("NOASSERTION", "NONE");

  private static SbomCriterion document(String id, String asks, Predicate<SbomDocument> said) {
    return new SbomCriterion(id, asks, Scope.DOCUMENT, (part, licenses) -> false, said);
  }

  private static SbomCriterion part(String id, String asks, Predicate<SbomPart> met) {
    return new SbomCriterion(
        id, asks, Scope.COMPONENT, (part, licenses) -> met.test(part), document -> false);
  }

  static SbomCriterion author(String id) {
    return document(
        id, "who made the SBOM is named", document -> present(document.tool().vendor()));
  }

  static SbomCriterion authorContact() {
    return document(
        "sbom-creator",
        "who made the SBOM is named by an e-mail address or a URL",
        document -> contact(document.tool().vendor()));
  }

  static SbomCriterion timestamp() {
    return document(
        "timestamp",
        "when the data were put together",
        document -> document.timestamp().getEpochSecond() > 0);
  }

  static SbomCriterion toolName() {
    return document(
        "tool-name",
        "the program that made the SBOM is named",
        document -> present(document.tool().name()));
  }

  /// Always met: every document of ours says that it comes from looking at the finished image, as
  /// lifecycle `discovery` in CycloneDX from 1.5 and as `analyzed` in SPDX 3.
  static SbomCriterion generationContext() {
    return document(
        "generation-context",
        "whether it was made before, during or after the build",
        document -> true);
  }

  static SbomCriterion uri() {
    return document(
        "sbom-uri",
        "the SBOM has a URI of its own",
        document ->
            document.serial().getMostSignificantBits() != 0
                || document.serial().getLeastSignificantBits() != 0);
  }

  static SbomCriterion supplier(String id) {
    return part(id, "who supplies it is named", part -> present(part.supplier()));
  }

  static SbomCriterion creatorContact() {
    return part(
        "component-creator",
        "who made it is named by an e-mail address or a URL",
        part -> contact(part.supplier()));
  }

  static SbomCriterion name() {
    return part("name", "it has a name", part -> present(part.name()));
  }

  static SbomCriterion version() {
    return part("version", "it has a version", part -> present(part.version()));
  }

  static SbomCriterion identifiers(String id) {
    return part(id, "it has a package URL or a CPE name", SbomPart::identified);
  }

  static SbomCriterion relationship() {
    return part(
        "dependency-relationship",
        "what it is part of is said; of the image, what is part of it",
        SbomPart::related);
  }

  static SbomCriterion hash() {
    return part(
        "component-hash", "the hash of its one file is known", part -> part.hashes() != null);
  }

  static SbomCriterion license() {
    return part(
        "license",
        "its licence is named",
        part ->
            part.licenses().stream()
                .anyMatch(license -> present(license) && !NO_LICENSE.contains(license)));
  }

  static SbomCriterion file() {
    return part("filename", "the name of its one file is known", part -> present(part.file()));
  }

  static SbomCriterion dependencies() {
    return part("dependencies", "what it needs is said", SbomPart::needs);
  }

  static SbomCriterion completeness() {
    return part(
        "dependencies-completeness",
        "how far the list of what it needs is complete is said",
        SbomPart::complete);
  }

  static SbomCriterion spdxLicense() {
    return new SbomCriterion(
        "distribution-licences",
        "its licences are named as an SPDX expression",
        Scope.COMPONENT,
        (part, licenses) -> licenses.expression(part.licenses()).isPresent(),
        document -> false);
  }

  static SbomCriterion sha512() {
    return part(
        "deployable-hash",
        "the SHA-512 of what is delivered is known",
        part -> {
          SbomHashes hashes = part.hashes();
          return hashes != null && hashes.sha512() != null;
        });
  }

  /// Never met as yet: no document of ours says it.
  static SbomCriterion property(String id, String asks) {
    return part(id, asks, part -> false);
  }

  private static boolean present(@Nullable String text) {
    return text != null && !text.isBlank();
  }

  private static boolean contact(@Nullable String text) {
    return text != null && CONTACT.matcher(text.strip()).matches();
  }
}
