package io.vodis.metrics.collect;

import io.vodis.model.Member;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who takes part in the product, as the store last said.
 *
 * @param known whether the store has ever said anything; if not, everybody is taken in
 * @param addresses service address by token, of all listed members
 * @param live incarnations that are alive
 */
public record Directory(boolean known, Map<String, String> addresses, Set<String> live) {

  /** Before the store has been read. */
  public static final Directory UNKNOWN = new Directory(false, Map.of(), Set.of());

  public Directory {
    addresses = Map.copyOf(addresses);
    live = Set.copyOf(live);
  }

  /** The directory that these two lists make. */
  public static Directory of(List<Member> listed, List<Member> live) {
    Map<String, String> addresses = new HashMap<>();
    Set<String> incarnations = new HashSet<>();
    for (Member member : listed) {
      addresses.put(member.token(), member.serviceAddress().toString());
    }
    for (Member member : live) {
      addresses.put(member.token(), member.serviceAddress().toString());
      incarnations.add(member.incarnation());
    }
    return new Directory(true, addresses, incarnations);
  }

  boolean lists(String token) {
    return addresses.containsKey(token);
  }

  String nameOf(String token) {
    return addresses.getOrDefault(token, token);
  }
}
