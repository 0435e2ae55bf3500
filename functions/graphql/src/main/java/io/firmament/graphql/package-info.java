/// The GraphQL API: schema, limits, resolvers, and its way from and to HTTP.
@NullMarked
package io.firmament.graphql;

import org.jspecify.annotations.NullMarked;
