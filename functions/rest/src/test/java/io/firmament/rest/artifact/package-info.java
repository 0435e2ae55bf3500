@org.jspecify.annotations.NullMarked
package io.firmament.rest.artifact;
