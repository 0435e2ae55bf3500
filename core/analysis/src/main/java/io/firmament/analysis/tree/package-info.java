/// The virtual tree: what was found in an image, as data; no name of an entry ever touches a file
/// system.
@NullMarked
package io.firmament.analysis.tree;

import org.jspecify.annotations.NullMarked;
