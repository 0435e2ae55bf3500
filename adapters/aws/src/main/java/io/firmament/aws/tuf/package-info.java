/// What devices are given, in S3.
@NullMarked
package io.firmament.aws.tuf;

import org.jspecify.annotations.NullMarked;
