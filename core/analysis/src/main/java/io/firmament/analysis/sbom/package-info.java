/// Software bills of materials: what is written of an analysis, what may be asked for, what is
/// imported.
@NullMarked
package io.firmament.analysis.sbom;

import org.jspecify.annotations.NullMarked;
