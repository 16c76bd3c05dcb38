package io.vodis.redis;

import java.util.List;

/**
 * How a server is signed in to.
 *
 * @param user empty for the default user
 * @param password empty if no sign-in is needed
 */
public record Credentials(String user, String password) {

  /** Of servers without a password. */
  public static final Credentials NONE = new Credentials("", "");

  /** The words of {@code AUTH}; empty if none is to be sent. */
  public List<String> auth() {
    if (password.isEmpty()) {
      return List.of();
    }
    return user.isEmpty() ? List.of("AUTH", password) : List.of("AUTH", user, password);
  }

  /** The option of {@code MIGRATE} by which a server signs in to its target. */
  public List<String> ofMigrate() {
    if (password.isEmpty()) {
      return List.of();
    }
    return user.isEmpty() ? List.of("AUTH", password) : List.of("AUTH2", user, password);
  }

  @Override
  public String toString() {
    return password.isEmpty() ? "Credentials[none]" : "Credentials[user=" + user + "]";
  }
}
