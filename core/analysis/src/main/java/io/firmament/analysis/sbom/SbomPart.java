package io.firmament.analysis.sbom;

import io.firmament.base.finding.Component;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an SBOM says of one of the things that it lists: the image itself, or a component in it.
///
/// @param supplier as the document names it; null where it does not
/// @param identified by a package URL or a CPE name
/// @param hashes of what is delivered; null where not known
/// @param related whether the document says what it is part of, or what is part of it
/// @param needs whether the document says what it needs
/// @param complete whether the document says how far the list of what it needs is complete
/// @param file the name of the one file that it is; null where it is several or none
record SbomPart(
    String id,
    String name,
    @Nullable String version,
    @Nullable String supplier,
    boolean identified,
    @Nullable SbomHashes hashes,
    List<String> licenses,
    boolean related,
    boolean needs,
    boolean complete,
    @Nullable String file) {

  /// The image. What it is called as a file, and its licences, are not in the document.
  static SbomPart image(SbomDocument document) {
    SbomSubject subject = document.subject();
    boolean holds = document.components().iterator().hasNext();
    return new SbomPart(
        Identifiers.reference(subject),
        subject.name(),
        subject.version(),
        subject.vendor(),
        subject.cpe() != null,
        new SbomHashes(subject.sha256(), null),
        List.of(),
        holds,
        holds,
        true,
        null);
  }

  /// A component. Every one is written as part of the image. Who supplies it is nowhere written:
  /// the vendor in a CPE name is a name in a dictionary, of whoever makes the upstream product.
  static SbomPart of(Component component, SbomDocument document) {
    return new SbomPart(
        component.id(),
        component.name(),
        component.version(),
        null,
        Identifiers.purl(component).isPresent() || Identifiers.cpe(component).isPresent(),
        document.hashes().get(component.id()),
        component.licenses(),
        true,
        !document.dependenciesOf(component).isEmpty(),
        false,
        file(component).orElse(null));
  }

  private static Optional<String> file(Component component) {
    if (component.fileCount() != 1 || component.paths().size() != 1) {
      return Optional.empty();
    }
    String path = component.paths().getFirst();
    return Optional.of(path.substring(path.lastIndexOf('/') + 1)).filter(name -> !name.isBlank());
  }
}
