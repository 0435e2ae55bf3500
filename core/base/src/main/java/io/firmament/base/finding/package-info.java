/// What an analysis says of an image: components, issues and vulnerability matches, each with its
/// evidence. The engine produces these records, the platform stores and serves them.
@NullMarked
package io.firmament.base.finding;

import org.jspecify.annotations.NullMarked;
