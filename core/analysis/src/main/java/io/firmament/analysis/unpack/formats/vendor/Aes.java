package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.SourceInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Decryption of images whose key is publicly known.
public final class Aes {
  private Aes() {}

  /// The first `length` bytes of the decrypted data, which has no padding.
  public static InputStream cbc(ByteSource data, byte[] key, byte[] vector, long length) {
    try {
      // The makers of the devices chose this mode.
      Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
      cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(vector));
      return new Decrypted(new SourceInputStream(data, 0), cipher, length);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Whole blocks only; what is behind the last whole one is left out.
  private static final class Decrypted extends InputStream {
    private final InputStream in;
    private final Cipher cipher;
    private byte[] block = {};
    private int at;
    private long left;

    Decrypted(InputStream in, Cipher cipher, long length) {
      this.in = in;
      this.cipher = cipher;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      if (at == block.length) {
        byte[] encrypted = in.readNBytes(1 << 14);
        int whole = encrypted.length / 16 * 16;
        if (whole == 0) {
          return -1;
        }
        block = cipher.update(encrypted, 0, whole);
        at = 0;
      }
      int n = (int) Math.min(Math.min(length, block.length - at), left);
      System.arraycopy(block, at, into, offset, n);
      at += n;
      left -= n;
      return n;
    }
  }
}
