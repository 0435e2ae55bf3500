/// The contract as data: routes, permissions and problems, compiled from the files of this module.
@NullMarked
package io.firmament.schema;

import org.jspecify.annotations.NullMarked;
