/// The engine on the command line: one image in, a report, a tree, an SBOM and the files out. No
/// platform and no network.
///
/// Start reading at [io.firmament.analysis.cli.Analyze].
@NullMarked
package io.firmament.analysis.cli;

import org.jspecify.annotations.NullMarked;
