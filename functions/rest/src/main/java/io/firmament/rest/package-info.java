/// REST operations.
@NullMarked
package io.firmament.rest;

import org.jspecify.annotations.NullMarked;
