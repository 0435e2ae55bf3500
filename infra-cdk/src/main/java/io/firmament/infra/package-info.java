/// The CDK app.
@NullMarked
package io.firmament.infra;

import org.jspecify.annotations.NullMarked;
