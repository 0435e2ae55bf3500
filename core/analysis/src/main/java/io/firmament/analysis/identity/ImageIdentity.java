package io.firmament.analysis.identity;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// What an image is made for; null is "not seen".
///
/// @param architecture the processor most of its code is for, for example `arm`, `mips`, `aarch64`
/// @param endianness `little` or `big`
/// @param bits 32 or 64
/// @param operatingSystem for example `Linux`
/// @param distribution for example `debian` or `openwrt`, as `os-release` spells its id
/// @param distributionVersion for example `12`
/// @param kernelVersion for example `6.1.55`
/// @param board what the device trees call the board where they agree, for example `TP-Link Archer
/// C7`
/// @param soc the processor chip they agree on, as `compatible` writes it, for example
/// `qca,qca9558`
@Json
public record ImageIdentity(
    @Nullable String architecture,
    @Nullable String endianness,
    @Nullable Integer bits,
    @Nullable String operatingSystem,
    @Nullable String distribution,
    @Nullable String distributionVersion,
    @Nullable String kernelVersion,
    @Nullable String board,
    @Nullable String soc) {
  public static final ImageIdentity UNKNOWN =
      new ImageIdentity(null, null, null, null, null, null, null, null, null);
}
