package io.vodis.it.simulation;

/** Rules that safety rests on. Each can be broken on purpose, to see that it is noticed. */
enum Rule {
  /** A proxy acknowledges a table when all its loops have switched and nothing old is in flight. */
  ACKNOWLEDGED_WHEN_SWITCHED(3),
  /** A loop serves while its lease runs, and no longer. */
  SERVED_ON_A_LEASE_ONLY(116),
  /** A silent proxy is passed over only when its session, and so its lease, has ended. */
  PASSED_OVER_AFTER_THE_SESSION(4),
  /** A commit checks who leads and which epoch it is based on. */
  COMMITS_CHECK_TERM_AND_EPOCH(107),
  /** What a passed over member has under way is cut off on the servers. */
  LATE_COMMANDS_ARE_CUT_OFF(3),
  /** A key is pulled before a request for it runs on the target. */
  KEYS_ARE_PULLED_FIRST(1),
  /** Of a key on both servers the target's copy counts while the target carries the proof. */
  PROOFS_COUNT(1),
  /** Only a replica that has had the data of the dead primary is promoted. */
  CANDIDATES_HAVE_THE_DATA(7),
  /** A witness gives a proxy up only when what it has vouched for is over. */
  WITNESSES_KEEP_THEIR_WORD(24),
  /** Nobody writes to a big key while it is copied. */
  BIG_KEYS_ARE_FENCED(18),
  /** A server may restore no keys any more before a successor of it is named. */
  PERMISSIONS_ARE_TAKEN_BACK(12);

  private final long noticedAt;

  Rule(long noticedAt) {
    this.noticedAt = noticedAt;
  }

  /** Whether only servers that stand still in the midst of MIGRATE can show it. */
  boolean needsFreezes() {
    return this == PERMISSIONS_ARE_TAKEN_BACK;
  }

  /** A seed that noticed it when it was last looked for; a change of the sources may shift it. */
  long noticedAt() {
    return noticedAt;
  }
}
