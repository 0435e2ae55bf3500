/// Ids, pages, problems, time and logging: the vocabulary every other module is written in.
@NullMarked
package io.firmament.base;

import org.jspecify.annotations.NullMarked;
