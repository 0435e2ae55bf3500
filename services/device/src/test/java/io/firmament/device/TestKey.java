package io.firmament.device;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// A device's key in a test, and the certificate requests it makes.
record TestKey(KeyPair pair) {
  static TestKey p256() throws GeneralSecurityException {
    return of("EC", "secp256r1");
  }

  static TestKey of(String algorithm, String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (algorithm.equals("EC")) {
      generator.initialize(new java.security.spec.ECGenParameterSpec(curve));
    }
    return new TestKey(generator.generateKeyPair());
  }

  /// A request whose subject claims to be someone else, which must not matter.
  byte[] request() throws IOException, OperatorCreationException {
    return signedBy(pair, "SHA256withECDSA");
  }

  /// A request for this key, signed by another.
  byte[] signedBy(KeyPair signer, String algorithm) throws IOException, OperatorCreationException {
    return new JcaPKCS10CertificationRequestBuilder(
            new X500Name("CN=somebody-else,O=spoofed"), pair.getPublic())
        .build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()))
        .getEncoded();
  }
}
