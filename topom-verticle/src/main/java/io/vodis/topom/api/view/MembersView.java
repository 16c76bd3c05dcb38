package io.vodis.topom.api.view;

import java.util.List;

/** Every process of the product. */
public record MembersView(List<Member> members) {

  public record Member(
      String role,
      String token,
      boolean leader,
      String address,
      String adminAddress,
      String datacenter,
      long pid,
      String startTime,
      String incarnation) {}
}
