package io.firmament.platform.firmware;

/// The documents that the stages of an analysis write once. Those of the matches are
/// [ObjectKeys#matches].
public enum AnalysisDocument {
  /// The unpacked tree, one entry a line.
  TREE("tree.jsonl.gz"),
  /// The contents of the tree's files.
  PACK("pack"),
  /// What UNPACK did and met.
  UNPACK_REPORT("report.json"),
  /// The same in the terms of the API, with what each chunk held.
  UNPACKING("unpacking.json"),
  /// What the image is made for.
  IDENTITY("identity.json"),
  /// The components.
  INVENTORY("inventory.json"),
  /// The issues.
  ISSUES("issues.json");

  private final String fileName;

  AnalysisDocument(String fileName) {
    this.fileName = fileName;
  }

  public String fileName() {
    return fileName;
  }
}
