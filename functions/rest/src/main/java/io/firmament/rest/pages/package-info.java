/// The pages that links of the public client lead to.
@NullMarked
package io.firmament.rest.pages;

import org.jspecify.annotations.NullMarked;
