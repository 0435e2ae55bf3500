/// CPE 2.3 names and their comparison, as NISTIR 7695 and 7696 define them.
@NullMarked
package io.firmament.analysis.advisory.cpe;

import org.jspecify.annotations.NullMarked;
