package io.firmament.analysis.unpack.formats.uefi;

import java.io.InputStream;
import org.tukaani.xz.UnsupportedOptionsException;
import org.tukaani.xz.X86Options;

/// Undoes the branch conversion of the LZMA SDK for x86.
final class X86Filter {
  private X86Filter() {}

  static InputStream open(InputStream in) throws UnsupportedOptionsException {
    return new X86Options().getInputStream(in, org.tukaani.xz.ArrayCache.getDefaultCache());
  }
}
