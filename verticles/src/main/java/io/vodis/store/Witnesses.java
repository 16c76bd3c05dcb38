package io.vodis.store;

import io.vodis.model.Member;
import java.util.List;

/**
 * Who may vouch for a proxy that has lost the store: while enough of them have lost it too, the
 * proxy goes on serving, and is passed over only once so many of them agree that the others are too
 * few to vouch. The list is in the store before it is relied on, so that proxy and leader count the
 * same members.
 *
 * @param round raised whenever the proxy names witnesses; what was agreed on for an earlier round
 *     says nothing about this one
 * @param members without the proxy itself
 */
public record Witnesses(Member proxy, long round, List<Member> members) {

  public Witnesses {
    members = List.copyOf(members);
  }

  /** Whether the proxy and so many who vouch for it are more than half of all. */
  public boolean carry(int vouching) {
    return vouching > 0 && 2 * (vouching + 1) > members.size() + 1;
  }

  /** Whether those who do not agree are too few to carry the proxy. */
  public boolean release(int agreeing) {
    return !carry(members.size() - agreeing);
  }
}
