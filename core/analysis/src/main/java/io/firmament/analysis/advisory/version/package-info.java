/// How versions are ordered, one class for each way that projects and distributions number
/// releases.
@NullMarked
package io.firmament.analysis.advisory.version;

import org.jspecify.annotations.NullMarked;
