/// Which vulnerabilities apply to which components: an immutable index of facts and the matcher
/// over it.
@NullMarked
package io.firmament.analysis.advisory;

import org.jspecify.annotations.NullMarked;
