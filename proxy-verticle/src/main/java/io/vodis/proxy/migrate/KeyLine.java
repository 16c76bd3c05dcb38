package io.vodis.proxy.migrate;

/** The keys that one loop needs moved from one server to another. */
interface KeyLine {

  PullWay way();

  /**
   * One more key; keys of one loop iteration go together.
   *
   * @param proof as of its route
   */
  void add(Key key, long proof, KeyMover.Listener listener);

  /** Tries again what is due. */
  void tick(long now);

  /** One of the servers is being replaced: everything is over at once. */
  void abandon();
}
