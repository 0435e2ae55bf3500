/// What a device does about an update: a state machine that survives being stopped anywhere, and
/// what it works on.
///
/// [io.firmament.agent.update.UpdateMachine] decides and remembers; a
/// [io.firmament.agent.update.Trust] says what may be believed, and an
/// [io.firmament.agent.update.UpdateHost] is the device itself, or a simulated one.
@NullMarked
package io.firmament.agent.update;

import org.jspecify.annotations.NullMarked;
