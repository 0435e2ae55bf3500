@org.jspecify.annotations.NullMarked
package io.firmament.aws.artifact;
