package io.vodis.lifecycle;

import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/** Makes the {@link Member} that a starting process registers as. */
public final class MemberIdentity {

  private static final int TOKEN_BYTES = 16;

  private MemberIdentity() {}

  /**
   * A member that starts now. Its token follows from product, role and addresses, so that it is the
   * same after a restart; its incarnation is new every time.
   */
  public static Member starting(
      Role role,
      String product,
      HostAndPort serviceAddress,
      HostAndPort adminAddress,
      String datacenter) {
    return new Member(
        role,
        token(product + "|" + role.id() + "|" + serviceAddress + "|" + adminAddress),
        UUID.randomUUID().toString(),
        serviceAddress,
        adminAddress,
        datacenter,
        ProcessHandle.current().pid(),
        Clock.SYSTEM.now().toString());
  }

  /** 32 hexadecimal digits, the form of a token in Codis. */
  private static String token(String seed) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(seed.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, TOKEN_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
