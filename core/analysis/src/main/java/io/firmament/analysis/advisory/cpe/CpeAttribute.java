package io.firmament.analysis.advisory.cpe;

/// The eleven attributes of a CPE name, in the order of the formatted string (NISTIR 7695, 6.2).
public enum CpeAttribute {
  PART(0),
  VENDOR(1),
  PRODUCT(2),
  VERSION(3),
  UPDATE(4),
  EDITION(5),
  LANGUAGE(6),
  SW_EDITION(7),
  TARGET_SW(8),
  TARGET_HW(9),
  OTHER(10);

  private final int position;

  CpeAttribute(int position) {
    this.position = position;
  }

  /// Its place in the formatted string, from 0.
  int position() {
    return position;
  }
}
