@NullMarked
package io.firmament.tuf.repository;

import org.jspecify.annotations.NullMarked;
