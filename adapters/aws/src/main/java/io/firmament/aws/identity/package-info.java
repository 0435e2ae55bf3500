/// The identity context in DynamoDB, and the keys of its tokens in KMS.
@NullMarked
package io.firmament.aws.identity;

import org.jspecify.annotations.NullMarked;
