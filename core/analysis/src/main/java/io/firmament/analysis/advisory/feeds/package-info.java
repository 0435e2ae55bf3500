/// Streaming importers that turn feeds of others into normalised facts.
@NullMarked
package io.firmament.analysis.advisory.feeds;

import org.jspecify.annotations.NullMarked;
