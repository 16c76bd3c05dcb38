package io.vodis.lifecycle;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The admin token of a process, and what a caller without it is told. */
public final class BearerToken {

  private static final String SCHEME = "Bearer ";

  private final byte[] expected;

  /** An empty token is none: nobody has it. */
  public BearerToken(String adminToken) {
    expected = adminToken.getBytes(StandardCharsets.UTF_8);
  }

  public boolean isEmpty() {
    return expected.length == 0;
  }

  /**
   * Why this caller may change nothing; empty if it may.
   *
   * @param authorization the header of that name
   */
  public Optional<String> refusal(@Nullable String authorization) {
    if (authorization == null) {
      return Optional.of("changes need the header Authorization: Bearer <admin_token>");
    } else if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.of("the Authorization header is not of the form Bearer <admin_token>");
    } else if (isEmpty() || !matches(authorization.substring(SCHEME.length()).trim())) {
      return Optional.of("the admin token is wrong");
    }
    return Optional.empty();
  }

  /** In a time that does not tell how much of it was right. */
  private boolean matches(String given) {
    return MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8));
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return isEmpty() ? "BearerToken[none]" : "BearerToken[set]";
  }
}
