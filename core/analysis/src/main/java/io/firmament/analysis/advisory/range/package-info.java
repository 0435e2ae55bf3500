/// Version ranges as package advisories write them: vers and OSV.
@NullMarked
package io.firmament.analysis.advisory.range;

import org.jspecify.annotations.NullMarked;
