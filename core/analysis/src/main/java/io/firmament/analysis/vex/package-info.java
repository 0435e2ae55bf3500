/// VEX documents: OpenVEX 0.2.0, CSAF 2.0 (profile VEX) and CycloneDX, out and in.
@NullMarked
package io.firmament.analysis.vex;

import org.jspecify.annotations.NullMarked;
