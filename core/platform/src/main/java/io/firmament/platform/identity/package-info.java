/// Tenants, users, groups, roles, permissions and every credential: one identity for both halves.
@NullMarked
package io.firmament.platform.identity;

import org.jspecify.annotations.NullMarked;
