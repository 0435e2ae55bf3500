/// Sign-in, tokens and sessions over REST: one class per operation.
@NullMarked
package io.firmament.rest.identity;

import org.jspecify.annotations.NullMarked;
