/// JFFS2, the journalling flash file system, version 2.
@NullMarked
package io.firmament.analysis.unpack.formats.jffs2;

import org.jspecify.annotations.NullMarked;
