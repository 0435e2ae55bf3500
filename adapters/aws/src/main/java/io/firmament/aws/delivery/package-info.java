/// What devices fetch, from S3.
@NullMarked
package io.firmament.aws.delivery;

import org.jspecify.annotations.NullMarked;
