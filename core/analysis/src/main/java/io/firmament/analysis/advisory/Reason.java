package io.firmament.analysis.advisory;

/// Something that makes a match more or less relevant.
///
/// @param code stable, for machines
/// @param text for people
/// @param score what it adds; 0 for what is only worth knowing
public record Reason(String code, String text, int score) {
  @Override
  public String toString() {
    return code + ": " + text;
  }
}
