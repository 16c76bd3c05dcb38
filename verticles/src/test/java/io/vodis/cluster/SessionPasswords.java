package io.vodis.cluster;

import java.util.Random;

/** The password that a ZooKeeper server gives to a session, which is made from its number. */
final class SessionPasswords {

  private static final long SUPER_SECRET = 0XB3415C00L;
  private static final int PASSWORD_BYTES = 16;

  private SessionPasswords() {}

  static byte[] of(long session) {
    byte[] password = new byte[PASSWORD_BYTES];
    new Random(session ^ SUPER_SECRET).nextBytes(password);
    return password;
  }
}
