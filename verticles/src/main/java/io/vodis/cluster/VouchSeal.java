package io.vodis.cluster;

import io.vodis.config.ProductConfig;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals what members ask each other over HTTP, with a key that all processes of a product have: its
 * name and the password of its servers. Without a password it keeps out mistakes only, as the bus
 * does. The secret itself is never sent.
 */
final class VouchSeal {

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  VouchSeal(ProductConfig product) {
    String secret = "vodis vouch\n" + product.productName() + "\n" + product.productAuth();
    key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  /** Of these words in this order. */
  String of(Object... words) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      for (Object word : words) {
        mac.update(String.valueOf(word).getBytes(StandardCharsets.UTF_8));
        mac.update((byte) '\n');
      }
      return HexFormat.of().formatHex(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /** In a time that does not tell how much of it was right. */
  boolean fits(String seal, Object... words) {
    return MessageDigest.isEqual(
        of(words).getBytes(StandardCharsets.UTF_8), seal.getBytes(StandardCharsets.UTF_8));
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "VouchSeal";
  }
}
