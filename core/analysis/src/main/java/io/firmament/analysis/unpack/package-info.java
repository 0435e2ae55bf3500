/// Unpacking: finds the containers and file systems of an image at any offset, decodes them within
/// limits, and gives a virtual tree, a pack of contents and a report.
///
/// Start reading at [io.firmament.analysis.unpack.Unpacker].
@NullMarked
package io.firmament.analysis.unpack;

import org.jspecify.annotations.NullMarked;
