/// The GraphQL resolver.
@NullMarked
package io.firmament.graphql;

import org.jspecify.annotations.NullMarked;
