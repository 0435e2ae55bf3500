/// Container registries: connections with their credentials, and what can be read of a registry by
/// the OCI distribution API (github.com/opencontainers/distribution-spec, v1.1) through a
/// transport.
@NullMarked
package io.firmament.platform.registry;

import org.jspecify.annotations.NullMarked;
