/// Keeps the advisory index up to date: downloads feeds, imports what has changed, builds the index
/// and puts it into use.
@NullMarked
package io.firmament.stages.feeds;

import org.jspecify.annotations.NullMarked;
