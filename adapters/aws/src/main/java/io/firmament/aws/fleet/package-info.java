/// The fleet's adapters: its table, and signing with KMS.
@NullMarked
package io.firmament.aws.fleet;

import org.jspecify.annotations.NullMarked;
