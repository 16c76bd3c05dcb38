package io.vodis.store;

import io.vodis.model.Role;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Where a product's data is in the store. The upper part is that of Codis 3, what Vodis adds is
 * below {@code vodis}. See {@code docs/store.md}.
 */
public record StorePaths(String product) {

  public String root() {
    return "/codis3/" + product;
  }

  public String slots() {
    return root() + "/slots";
  }

  public String slot(int slotId) {
    return slots() + String.format(Locale.ROOT, "/slot-%04d", slotId);
  }

  public String groups() {
    return root() + "/group";
  }

  public String group(int groupId) {
    return groups() + String.format(Locale.ROOT, "/group-%04d", groupId);
  }

  /** Directory of the proxies as Codis lists them. */
  public String proxies() {
    return root() + "/proxy";
  }

  public String proxy(String token) {
    return proxies() + "/proxy-" + token;
  }

  /** Lock and address of a Codis dashboard. */
  public String topom() {
    return root() + "/topom";
  }

  public String term() {
    return root() + "/vodis/term";
  }

  public String epoch() {
    return root() + "/vodis/epoch";
  }

  /** What was said about running actions. */
  public String control() {
    return root() + "/vodis/control";
  }

  /** Directory of the audit log. */
  public String audit() {
    return root() + "/vodis/audit";
  }

  /** The entry of the commit that made this epoch; in order of names is in order of epochs. */
  public String audit(long epoch) {
    return audit() + String.format(Locale.ROOT, "/%019d", epoch);
  }

  public String leader() {
    return root() + "/vodis/leader";
  }

  public String members(Role role) {
    return root() + "/vodis/members/" + role.id();
  }

  public String member(Role role, String token) {
    return members(role) + "/" + token;
  }

  /** Directory of what proxies have named. */
  public String witnesses() {
    return root() + "/vodis/witnesses";
  }

  /** Who may vouch for the proxy of this incarnation. */
  public String witnesses(String incarnation) {
    return witnesses() + "/" + incarnation;
  }

  public String live(Role role) {
    return root() + "/vodis/live/" + role.id();
  }

  public String live(Role role, String token, String incarnation) {
    return live(role) + "/" + token + "-" + incarnation;
  }

  /** The slot whose row is at this path, or none. */
  public OptionalInt slotAt(String path) {
    return number(path, slots() + "/slot-");
  }

  /** The group whose row is at this path, or none. */
  public OptionalInt groupAt(String path) {
    return number(path, groups() + "/group-");
  }

  /** Whether a row of the topology is at this path: a slot's, a group's, or the control row. */
  public boolean isRow(String path) {
    return slotAt(path).isPresent() || groupAt(path).isPresent() || path.equals(control());
  }

  private static OptionalInt number(String path, String prefix) {
    if (!path.startsWith(prefix) || path.length() != prefix.length() + 4) {
      return OptionalInt.empty();
    }
    int number = 0;
    for (int i = prefix.length(); i < path.length(); i++) {
      char digit = path.charAt(i);
      if (digit < '0' || digit > '9') {
        return OptionalInt.empty();
      }
      number = number * 10 + (digit - '0');
    }
    return OptionalInt.of(number);
  }
}
