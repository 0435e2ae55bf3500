package io.firmament.analysis.sbom;

import java.util.List;

/// A published list of what an SBOM should say. Only its data fields are looked at: neither its
/// demands on processes nor what it merely recommends.
public enum SbomProfile {
  /// The Minimum Elements for an SBOM of the NTIA, July 2021: the seven data fields.
  NTIA("ntia", "NTIA minimum elements (2021)"),
  /// The 2025 Minimum Elements of the CISA, as drafted for comment in August 2025: the eleven data
  /// fields.
  CISA_2025("cisa-2025", "CISA minimum elements (draft of August 2025)"),
  /// BSI TR-03183-2, version 2.1.0: the required fields of sections 5.2.1 and 5.2.2, and of the
  /// additional ones the URI of the SBOM and the identifiers of components. Of the others it is not
  /// known whether they exist.
  BSI_TR_03183_2("bsi-tr-03183-2", "BSI TR-03183-2 (2.1.0)");

  private final String id;
  private final String title;

  SbomProfile(String id, String title) {
    this.id = id;
    this.title = title;
  }

  public String id() {
    return id;
  }

  public String title() {
    return title;
  }

  List<SbomCriterion> criteria() {
    return switch (this) {
      case NTIA ->
          List.of(
              SbomCriterion.supplier("supplier"),
              SbomCriterion.name(),
              SbomCriterion.version(),
              SbomCriterion.identifiers("unique-identifiers"),
              SbomCriterion.relationship(),
              SbomCriterion.author("author"),
              SbomCriterion.timestamp());
      case CISA_2025 ->
          List.of(
              SbomCriterion.author("sbom-author"),
              SbomCriterion.supplier("software-producer"),
              SbomCriterion.name(),
              SbomCriterion.version(),
              SbomCriterion.identifiers("software-identifiers"),
              SbomCriterion.hash(),
              SbomCriterion.license(),
              SbomCriterion.relationship(),
              SbomCriterion.toolName(),
              SbomCriterion.timestamp(),
              SbomCriterion.generationContext());
      case BSI_TR_03183_2 ->
          List.of(
              SbomCriterion.authorContact(),
              SbomCriterion.timestamp(),
              SbomCriterion.uri(),
              SbomCriterion.creatorContact(),
              SbomCriterion.name(),
              SbomCriterion.version(),
              SbomCriterion.file(),
              SbomCriterion.dependencies(),
              SbomCriterion.completeness(),
              SbomCriterion.spdxLicense(),
              SbomCriterion.sha512(),
              SbomCriterion.property("executable", "whether it is executable is said"),
              SbomCriterion.property("archive", "whether it is an archive is said"),
              SbomCriterion.property(
                  "structured", "whether an archive still tells its parts apart is said"),
              SbomCriterion.identifiers("unique-identifiers"));
    };
  }
}
