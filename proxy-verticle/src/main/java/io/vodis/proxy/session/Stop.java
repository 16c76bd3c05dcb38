package io.vodis.proxy.session;

/** Why a session is not read at present; a set of bits, so that the hot path tests one number. */
public final class Stop {

  /** Too many requests are unanswered. */
  static final int PIPELINE = 1;

  /** The client does not take its replies. */
  static final int OUTPUT = 1 << 1;

  /** There was no room for a request, at a backend or among those that wait for a slot. */
  static final int ROOM = 1 << 2;

  /** A request must wait until all before it are answered. */
  static final int EARLIER_REPLIES = 1 << 3;

  /** A large request waits for its connection or for its reply. */
  public static final int LARGE = 1 << 4;

  /** Nothing more is wanted of this client. */
  static final int CLOSING = 1 << 5;

  /** A server has been asked about a command nobody here knows. */
  public static final int COMMAND = 1 << 12;

  /** CLIENT PAUSE holds a request. */
  public static final int PAUSED = 1 << 16;

  /** A request waits for what others than its loop have to say. */
  public static final int ELSEWHERE = 1 << 17;

  /** A request on a connection of its own is not answered, and later ones must not overtake it. */
  public static final int OWN_CONNECTION = 1 << 6;

  /** It waits for something to come: an element, an acknowledgement. */
  public static final int BLOCKED = 1 << 7;

  private Stop() {}
}
