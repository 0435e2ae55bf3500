/// Adapters of the ports on AWS.
@NullMarked
package io.firmament.aws;

import org.jspecify.annotations.NullMarked;
